"""What keeps the door from opening."""

from pathlib import Path

import pytest

from cli.main import main
from ingest.http.bootstrap import held
from ingest.http.errors import DoorTaken, JournalUnusable


@pytest.mark.security
def test_nothing_listens_beyond_this_machine_without_keys(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A door for other machines without keys does not open, and says the mends."""
    with pytest.raises(SystemExit) as ended:
        main(["receive", "http", "--host", "0.0.0.0", "--profile", "127.0.0.1:9"])  # noqa: S104 - that is refused
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "mailroom keys create" in said
    assert "access.open" in said


def test_a_second_door_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    """Two doors cannot have one journal; when the first has ended another may have it."""
    with held(tmp_path / "http"), pytest.raises(DoorTaken, match=r"http\.state_dir"), held(tmp_path / "http"):
        pass
    with held(tmp_path / "http"):
        pass


def test_what_a_dead_door_has_left_of_uploads_is_removed(tmp_path: Path) -> None:
    """Nobody was promised anything of an upload that never became a document."""
    with held(tmp_path / "http") as uploads:
        (uploads / "half").write_bytes(b"half an upload")
    with held(tmp_path / "http") as uploads:
        assert list(uploads.iterdir()) == []


def test_a_folder_that_cannot_be_says_the_mend(tmp_path: Path) -> None:
    """A file in its place is an error in one line."""
    (tmp_path / "http").write_text("", encoding="utf-8")
    with pytest.raises(JournalUnusable, match=r"set http\.state_dir"), held(tmp_path / "http"):
        pass
