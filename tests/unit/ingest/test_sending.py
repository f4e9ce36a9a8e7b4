"""What `send` refuses before it sends anything."""

from pathlib import Path

import pytest

from ingest.selection import Chosen, Skipped, Trouble
from ingest.sending import Request, check, chosen, skipped_on_purpose
from mailroom.contracts.errors import UsageError


def test_one_id_is_for_one_document(tmp_path: Path) -> None:
    """Two files cannot share an id; a hidden one beside the file does not count."""
    (tmp_path / "a").touch()
    (tmp_path / ".hidden").touch()
    check(Request((str(tmp_path),), document_id="x"))
    (tmp_path / "b").touch()
    with pytest.raises(UsageError, match="--id names one document"):
        check(Request((str(tmp_path),), document_id="x"))


@pytest.mark.parametrize("document_id", ["", "x" * 513])
def test_an_id_that_no_document_can_have_is_refused(document_id: str) -> None:
    """Empty and endless ids would end in the dead letters."""
    with pytest.raises(UsageError, match="1 to 512 characters"):
        check(Request(("-",), document_id=document_id))


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (Request(("-", "a", "-")), "give `-` once"),
        (Request(("a",), name="letter.txt"), "--name is for standard input"),
    ],
)
def test_standard_input_is_named_once(request_: Request, complaint: str) -> None:
    """The second reading would be an empty document, a name without it a misunderstanding."""
    with pytest.raises(UsageError, match=complaint):
        check(request_)


def test_hidden_files_are_told_and_missing_ones_are_tried(tmp_path: Path) -> None:
    """Skipping on purpose is no failure, a missing file is one."""
    (tmp_path / ".hidden").touch()
    (tmp_path / "a").touch()
    request = Request((str(tmp_path), "nix"))
    assert list(chosen(request)) == [Chosen(f"{tmp_path}/a"), Skipped("nix", Trouble.MISSING)]
    assert list(skipped_on_purpose(request)) == [Skipped(f"{tmp_path}/.hidden", Trouble.HIDDEN)]
