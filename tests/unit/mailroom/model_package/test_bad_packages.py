"""Packages that must not be used, and what each is told."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mailroom.model_package import (
    PackageError,
    PackageIncomplete,
    PackageMismatch,
    PackageTampered,
    PackageUnsupported,
    RuntimeDescription,
    load,
)
from mailroom.model_package.manifest import digest_of
from tests.unit.mailroom.model_package.small_model import PackageMaker, linear

COEFFICIENTS = "member-0/coefficients.npy"


def change_manifest(package: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Edit the manifest as an attacker or a careless hand would."""
    path = package / "manifest.json"
    tree = json.loads(path.read_text())
    change(tree)
    path.write_text(json.dumps(tree))


def replace_file(package: Path, name: str, content: bytes) -> None:
    """Put other content under a name and make the manifest vouch for it."""
    (package / name).write_bytes(content)

    def vouch(tree: dict[str, Any]) -> None:
        tree["files"][name] = hashlib.sha256(content).hexdigest()
        tree["digest"] = digest_of(tree["files"])

    change_manifest(package, vouch)


@pytest.mark.parametrize(
    "name", ["manifest.json", "runtime.json", COEFFICIENTS, "golden.jsonl", "member-1/lexicon.txt"]
)
def test_a_missing_file_is_named(make_package: PackageMaker, name: str) -> None:
    """The message names the file and the mend."""
    package = make_package()
    (package / name).unlink()
    with pytest.raises(PackageIncomplete, match=rf"{name}.*(fetch the package again|mailroom train)"):
        load(package)


@pytest.mark.parametrize(
    "name", ["runtime.json", COEFFICIENTS, "member-0/vocabulary.txt", "fingerprints.npy"]
)
def test_a_changed_byte_is_found(make_package: PackageMaker, name: str) -> None:
    """One other byte in any file, and the package is refused."""
    package = make_package()
    content = bytearray((package / name).read_bytes())
    content[-1] ^= 1
    (package / name).write_bytes(content)
    with pytest.raises(PackageTampered, match="not the file that was packed"):
        load(package)


@pytest.mark.parametrize("length", [0, 5, 100, -1])
def test_a_truncated_array_is_refused_even_unverified(make_package: PackageMaker, length: int) -> None:
    """A file cut short is an error of the package, not of numpy."""
    package = make_package()
    path = package / COEFFICIENTS
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(PackageIncomplete, match=COEFFICIENTS):
        load(package, verify=False)


def test_nothing_is_unpickled(make_package: PackageMaker, tmp_path: Path) -> None:
    """An array of objects, which only pickle could read, is refused before any of its code runs."""
    trace = tmp_path / "ran"

    class Attack:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (trace,))

    buffer = io.BytesIO()
    np.save(buffer, np.array([Attack()], dtype=object), allow_pickle=True)
    package = make_package()
    replace_file(package, COEFFICIENTS, buffer.getvalue())
    with pytest.raises(PackageIncomplete, match="no plain array"):
        load(package)
    assert not trace.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../outside.npy",
        "/etc/passwd",
        "a/../../b.npy",
        "member-0\\x.npy",
        "model.pkl",
        "run.py",
        "C:/x.npy",
        "./a.npy",
    ],
)
def test_a_name_that_leads_out_or_is_no_data_is_refused(make_package: PackageMaker, name: str) -> None:
    """The manifest is checked before any file it names is opened."""
    package = make_package()

    def add(tree: dict[str, Any]) -> None:
        tree["files"][name] = "0" * 64
        tree["digest"] = digest_of(tree["files"])

    change_manifest(package, add)
    with pytest.raises(PackageTampered, match="which no package may hold"):
        load(package)


def test_a_link_out_of_the_package_is_refused(make_package: PackageMaker, tmp_path: Path) -> None:
    """A file that is a link elsewhere is not followed."""
    package = make_package()
    outside = tmp_path / "outside.npy"
    (package / COEFFICIENTS).rename(outside)
    (package / COEFFICIENTS).symlink_to(outside)
    with pytest.raises(PackageTampered, match="leads out of the package"):
        load(package)


def test_a_digest_that_is_not_that_of_the_files_is_refused(make_package: PackageMaker) -> None:
    """The identity cannot be claimed, it is computed."""
    package = make_package()
    change_manifest(package, lambda tree: tree.update(digest="0" * 64))
    with pytest.raises(PackageTampered, match="digest is not that of its files"):
        load(package)


def test_labels_cannot_be_swapped_in_the_manifest(make_package: PackageMaker) -> None:
    """The order of the columns belongs to the model, which the digest covers."""
    package = make_package()
    change_manifest(package, lambda tree: tree["labels"].reverse())
    with pytest.raises(PackageTampered, match="labels are not the model's"):
        load(package)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format_version": 2}, "format 2, this version reads 1"),
        ({"format_version": None}, "format None"),
        ({"prep_version": 99}, "needs text rules 99"),
    ],
)
def test_other_versions_are_unsupported(
    make_package: PackageMaker, change: dict[str, object], complaint: str
) -> None:
    """A package of another format or other text rules is refused with what is known here."""
    package = make_package()
    change_manifest(package, lambda tree: tree.update(change))
    with pytest.raises(PackageUnsupported, match=complaint):
        load(package)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format_version": 1}', b"\xff\xfe"])
def test_a_manifest_that_is_none_is_refused(make_package: PackageMaker, content: bytes) -> None:
    """Whatever stands in the manifest, the answer is an error of the package."""
    package = make_package()
    (package / "manifest.json").write_bytes(content)
    with pytest.raises(PackageError):
        load(package)


def test_an_unknown_runtime_is_refused_at_writing_and_loading(make_package: PackageMaker) -> None:
    """A package names a runtime of the closed set; anything else is refused with the set."""
    with pytest.raises(PackageUnsupported, match=r"'evil'.*linear-text"):
        make_package(RuntimeDescription("evil"))
    package = make_package()
    outline = json.loads((package / "runtime.json").read_text())
    replace_file(package, "runtime.json", json.dumps({**outline, "runtime": "os.system"}).encode())
    with pytest.raises(PackageUnsupported, match=r"'os\.system'"):
        load(package)


@pytest.mark.parametrize(
    "change",
    [
        {"members": []},
        {"members": [{"runtime": "blend"}]},
        {"labels": None},
        {"arrays": ["absent"]},
        {"parameters": {"temperature": 0}},
        {"parameters": {"temperature": "hot"}},
        {"parameters": 7},
    ],
)
def test_an_outline_that_does_not_fit_is_refused(
    make_package: PackageMaker, change: dict[str, object]
) -> None:
    """A model whose parts are missing or make no sense is an error of the package."""
    package = make_package()
    outline = json.loads((package / "runtime.json").read_text())
    replace_file(package, "runtime.json", json.dumps({**outline, **change}).encode())
    with pytest.raises(PackageIncomplete):
        load(package)


def test_arrays_of_another_shape_or_not_finite_are_refused(make_package: PackageMaker) -> None:
    """A coefficient for each term and label, and every one a number."""
    wrong = {**linear().arrays, "coefficients": np.ones((2, 2), dtype=np.float32)}
    with pytest.raises(PackageIncomplete, match=r"coefficients is float32 \(2, 2\), needed float \(4, 2\)"):
        make_package(RuntimeDescription("linear-text", arrays=wrong, texts=linear().texts))
    endless = {**linear().arrays, "intercept": np.array([np.inf, 0], dtype=np.float32)}
    with pytest.raises(PackageIncomplete, match="not finite"):
        make_package(RuntimeDescription("linear-text", arrays=endless, texts=linear().texts))


@pytest.mark.parametrize(
    "pairs",
    [
        np.array([[0, 3]], np.int32),
        np.array([[-1, 0]], np.int32),
        np.zeros((1, 3), np.int32),
        np.zeros((1, 2)),
    ],
)
def test_pairs_of_words_that_are_not_there_are_refused(
    make_package: PackageMaker, pairs: npt.NDArray[np.generic]
) -> None:
    """A pair is two numbers of words in the vocabulary."""
    wrong = {**linear().arrays, "pairs": pairs}
    with pytest.raises(PackageIncomplete, match="pairs"):
        make_package(RuntimeDescription("linear-text", arrays=wrong, texts=linear().texts))


def test_other_predictions_than_promised_are_a_mismatch(make_package: PackageMaker) -> None:
    """A package whose golden documents come out differently here must not serve."""
    package = make_package()
    lines = (package / "golden.jsonl").read_text().replace('"invoice": 0.', '"invoice": 0.0')
    replace_file(package, "golden.jsonl", lines.encode())
    loaded = load(package)
    with pytest.raises(PackageMismatch, match=r"allowed 1e-05"):
        loaded.check_golden()
