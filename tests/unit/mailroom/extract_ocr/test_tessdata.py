"""Language data is found where Debian or the environment puts it, and its absence says the mend."""

from pathlib import Path

import pytest

from mailroom.extract.ocr import OcrUnavailable, find_tessdata, installed_languages, tesseract
from mailroom.extract.ocr.tessdata import language_argument

MEND = "apt-get install tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-spa"


def tessdata_with(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / f"{name}.traineddata").touch()
    return folder


def test_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """TESSDATA_PREFIX may name the folder itself or the one above it."""
    place = tessdata_with(tmp_path / "above" / "tessdata", "eng")
    tessdata_with(tmp_path / "debian" / "5" / "tessdata", "eng")

    monkeypatch.setenv("TESSDATA_PREFIX", str(place))
    assert find_tessdata(tmp_path / "debian") == place
    monkeypatch.setenv("TESSDATA_PREFIX", str(place.parent))
    assert find_tessdata(tmp_path / "debian") == place


def test_newest_debian_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable, the newest version that Debian installed is taken."""
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    tessdata_with(tmp_path / "4.00" / "tessdata", "eng")
    newest = tessdata_with(tmp_path / "5" / "tessdata", "eng")

    assert find_tessdata(tmp_path) == newest


def test_missing_data_says_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no data at all, the message is the command that installs it."""
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)

    with pytest.raises(OcrUnavailable, match=MEND):
        find_tessdata(tmp_path)


def test_missing_language_says_the_mend(tmp_path: Path) -> None:
    """An engine that could not read one of the four languages is refused at the start."""
    place = tessdata_with(tmp_path / "tessdata", "eng", "deu", "osd")

    with pytest.raises(OcrUnavailable, match=f"no Tesseract data for fra, spa in .*{MEND}"):
        tesseract(tessdata=place)


def test_installed_languages(tmp_path: Path) -> None:
    """Languages are named by their two letters, others as Tesseract names them; osd is none."""
    place = tessdata_with(tmp_path / "tessdata", "eng", "deu", "osd", "nld")

    assert installed_languages(place) == ("de", "en", "nld")


def test_language_argument(tmp_path: Path) -> None:
    """Tesseract is asked for its own names, in the order given."""
    place = tessdata_with(tmp_path / "tessdata", "eng", "deu")

    assert language_argument(["de", "en"], place) == "deu+eng"
