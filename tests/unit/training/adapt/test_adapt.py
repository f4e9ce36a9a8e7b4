"""From corrected documents to a package that is better on their source and not worse elsewhere."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from cli.main import main
from mailroom.contracts.errors import UsageError
from mailroom.model_package import Package, load
from training.adapt.adapting import require_adaptable
from training.adapt.shell import adapt_package
from training.documents import LabelledDocument

Written = Callable[[Sequence[LabelledDocument], str], Path]


def right(package: Package, documents: Sequence[LabelledDocument]) -> int:
    """How many of them it labels rightly."""
    answers = package.predict([item.text for item in documents]).argmax(axis=1)
    return sum(
        package.manifest.labels[column] == item.label for column, item in zip(answers, documents, strict=True)
    )


def forget(cache: Path) -> None:
    """What a machine that did not train lacks."""
    for path in (cache / "training" / "features").iterdir():
        path.unlink()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the verb: exit status, standard output, standard error."""
    with pytest.raises(SystemExit) as status:
        main(("adapt", *arguments))
    streams = capsys.readouterr()
    return int(str(status.value.code)), streams.out, " ".join(streams.err.split())


@pytest.mark.parametrize(("way", "fewest"), [("refit", 25), ("residual", 14)])
def test_two_corrections_teach_a_source_and_spoil_no_other(
    package: Path,
    strange: list[LabelledDocument],
    elsewhere: list[LabelledDocument],
    written: Written,
    cache: Path,
    way: str,
    fewest: int,
) -> None:
    """Of the new source all 28 are wrong before and most right after; held-out ones of the others stay right."""
    if way == "residual":
        forget(cache)
    output = package.parent / "adapted"
    result = adapt_package(package, [written(strange[:2], "two.jsonl")], output)
    before, after = load(package), load(output)
    assert result["way"] == way
    assert right(before, strange[2:]) == 0
    assert right(after, strange[2:]) >= fewest
    assert right(after, elsewhere) >= right(before, elsewhere) == 90
    assert after.check_golden() <= 1e-5


def test_the_new_package_says_what_it_is(
    package: Path, strange: list[LabelledDocument], written: Written
) -> None:
    """It names the old one, keeps its calibration, and counts what it learnt from."""
    output = package.parent / "adapted"
    adapt_package(package, [written(strange[:3], "three.jsonl")], output)
    old, new = load(package), load(output)
    assert new.manifest.adapted_from == old.manifest.digest
    assert new.manifest.thresholds == old.manifest.thresholds
    assert new.manifest.metrics["corrected_documents"] == 3
    assert new.manifest.features not in {"", old.manifest.features}
    assert len(new.fingerprints) == len(old.fingerprints) + 3
    under_the_layer = new.description().members[0]
    assert under_the_layer.parameters["temperature"] == old.description().parameters["temperature"]


def test_corrections_add_up(package: Path, strange: list[LabelledDocument], written: Written) -> None:
    """A package adapted before is adapted again, in its own place, and forgets nothing."""
    for number, item in enumerate(strange[:3]):
        adapt_package(package, [written([item], f"{number}.jsonl")], package)
    assert right(load(package), strange) == 30
    assert load(package).manifest.metrics["corrected_documents"] == 3


def test_without_the_features_it_says_so(
    package: Path,
    strange: list[LabelledDocument],
    written: Written,
    cache: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One JSON document on standard output, the reason beside it and on standard error."""
    forget(cache)
    arguments = ("--package", str(package), "--documents", str(written(strange[:2], "two.jsonl")))
    code, out, err = run(capsys, *arguments, "--output", str(package.parent / "adapted"), "--json")
    result = json.loads(out)
    assert (code, result["way"], result["corrected_documents"]) == (0, "residual", 2)
    assert "are not on this machine" in result["reason"]
    assert "a small residual layer was fitted" in err


def test_damaged_features_are_no_features(
    package: Path, strange: list[LabelledDocument], written: Written, cache: Path
) -> None:
    """A file whose content is not what its name says is never read."""
    for path in (cache / "training" / "features").iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    result = adapt_package(package, [written(strange[:2], "two.jsonl")], package.parent / "adapted")
    assert result["way"] == "residual"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"label": "love letter", "text": "my dear"}', "unknown label 'love letter'; use one of invoice"),
        ("", "no documents"),
        ('{"label": "other"}', "neither text nor path"),
        ('{"label": "other", "text": "x y z"}\n' * 201, "201 corrected documents: adapt takes 200 at most"),
    ],
)
def test_corrections_that_cannot_be_right(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    """Exit status 2, one line that says the mend, no new package."""
    file, output = tmp_path / "corrected.jsonl", tmp_path / "adapted"
    file.write_text(content)
    code, _, err = run(capsys, "--package", str(package), "--documents", str(file), "--output", str(output))
    assert code == 2
    assert message in err
    assert not output.exists()


def test_a_package_of_images_is_refused(package: Path, strange: list[LabelledDocument]) -> None:
    """Corrected texts teach no model of pages; the error says what does."""
    images = load(package)
    images.reads = frozenset({"pages"})
    with pytest.raises(UsageError, match="reads page images: adapt teaches packages of texts; train again"):
        require_adaptable(images, strange[:2])


def test_a_folder_of_something_else_is_left_alone(
    package: Path,
    tmp_path: Path,
    strange: list[LabelledDocument],
    written: Written,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An output folder with files in it is refused before any work."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    documents = str(written(strange[:2], "two.jsonl"))
    code, _, err = run(
        capsys, "--package", str(package), "--documents", documents, "--output", str(tmp_path / "mine")
    )
    assert code == 2
    assert "is no model package" in err


def test_layers_do_not_pile_up_without_end(
    package: Path, strange: list[LabelledDocument], written: Written, cache: Path, tmp_path: Path
) -> None:
    """A package holds so many layers; the correction after those is refused with the way out."""
    forget(cache)
    adapted, corrections = tmp_path / "adapted", written(strange[:2], "corrected.jsonl")
    adapt_package(package, [corrections], adapted)
    adapt_package(adapted, [corrections], adapted)
    with pytest.raises(
        UsageError, match="no further layer fits over package x: adapt it on the machine that"
    ):
        adapt_package(adapted, [corrections], adapted)
    assert load(adapted).description().levels == 3
