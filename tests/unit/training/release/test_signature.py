"""Which image may be deployed."""

from pathlib import Path

import pytest

from training.gate.errors import SignatureInvalid
from training.gate.signing import verified
from training.release.signature import require_signed, sign_image

pytestmark = [pytest.mark.gate, pytest.mark.security]

IMAGE = "registry.example/classifier@sha256:" + "ab" * 32


def envelope(folder: Path, decision: str = "pass") -> Path:
    """A signed release of the image."""
    verdict = {"decision": decision}
    return sign_image(IMAGE, package="cd" * 32, verdict=verdict, folder=folder, key=folder / "key.pem")


def test_the_image_that_was_released(tmp_path: Path) -> None:
    """By its digest, also where it was copied to."""
    file, key = envelope(tmp_path), tmp_path / "key.pem.pub"
    assert require_signed(IMAGE, file, key)["package"] == "cd" * 32
    assert require_signed(IMAGE.replace("registry.example", "other.example"), file, key)["image"] == IMAGE


@pytest.mark.parametrize(
    "image", ["registry.example/classifier@sha256:" + "ef" * 32, "registry.example/classifier:latest", ""]
)
def test_another_image(tmp_path: Path, image: str) -> None:
    """Another digest, or a tag, which may mean anything tomorrow."""
    with pytest.raises(SignatureInvalid, match="about another image"):
        require_signed(image, envelope(tmp_path), tmp_path / "key.pem.pub")


def test_a_release_without_a_pass(tmp_path: Path) -> None:
    """Signed, and its verdict says no."""
    with pytest.raises(SignatureInvalid, match="carries no verdict"):
        require_signed(IMAGE, envelope(tmp_path, "refuse"), tmp_path / "key.pem.pub")


def test_a_release_is_no_verdict(tmp_path: Path) -> None:
    """The same key signs both; neither passes for the other."""
    with pytest.raises(SignatureInvalid, match="no verdict of the gate"):
        verified(envelope(tmp_path), tmp_path / "key.pem.pub")
