"""Packages that read page images."""

import json
from pathlib import Path

import numpy as np
import pytest

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import PageBatch, TextBatch
from mailroom.model_package import (
    PackageIncomplete,
    PackageMismatch,
    PackageTampered,
    PackageUnsupported,
    Provenance,
    RuntimeDescription,
    WrongInput,
    load,
    write,
)
from mailroom.model_package.runtimes import build_runtime, reads
from tests.unit.mailroom.model_package.small_model import LABELS, blend, linear
from tests.unit.mailroom.model_package.small_network import SHIFT, SLOPE, graph, mixture, network, pages

BATCH = PageBatch(
    ["invoice number 17", "I complain", "", "number neither"],
    [pages(1.0), pages(0.0, 0.2), pages(1.0, 0.0), pages()],
)


def packed(folder: Path, description: RuntimeDescription, golden: TextBatch = BATCH) -> Path:
    """A package of a model of pages."""
    provenance = Provenance("small", "by-hand", 1, input_kind="image")
    write(folder / "package", description, labels=LABELS, provenance=provenance, golden=golden)
    return folder / "package"


def sure(*ink: float) -> float:
    """The probability of an invoice by hand: the mean of the pages' log-probabilities, summing to 1."""
    scores = np.mean([SLOPE * share + SHIFT for share in ink])
    return float(1 / (1 + np.exp(-2 * scores)))


def test_pages_are_predicted_singly_and_pooled(tmp_path: Path) -> None:
    """The mean of a document's pages counts; a document without pages gets no opinion."""
    package = load(packed(tmp_path, network()))
    rows = package.predict_pages(BATCH)
    np.testing.assert_allclose(rows[:, 0], [sure(1.0), sure(0.0, 0.2), sure(1.0, 0.0), 0.5], atol=1e-4)
    np.testing.assert_allclose(rows.sum(axis=1), 1.0)
    assert package.predict_pages(PageBatch([], [])).shape == (0, 2)


def test_the_page_that_decided_can_be_told(tmp_path: Path) -> None:
    """It is the one that was surest of the label that came out; a document without pages has none."""
    documents = PageBatch(["", "", "", ""], [pages(0.2, 1.0, 0.9), pages(0.2, 0.0), pages(), pages(0.7)])
    assert load(packed(tmp_path, network())).deciding_pages(documents) == [1, 1, None, 0]
    assert load(packed(tmp_path, mixture())).deciding_pages(documents) == [1, 1, None, 0]


def test_text_and_images_are_mixed_by_the_weight(tmp_path: Path) -> None:
    """A quarter of the image's log-probability, three quarters of the text's."""
    rows = load(packed(tmp_path, mixture(0.25))).predict_pages(BATCH)
    text = build_runtime(linear(), LABELS).log_probabilities(BATCH)[0]
    image = np.log([sure(1.0), 1 - sure(1.0)])
    expected = np.exp(0.75 * text + 0.25 * image)
    np.testing.assert_allclose(rows[0], expected / expected.sum(), atol=1e-6)


def test_what_only_one_member_can_read_is_left_to_it(tmp_path: Path) -> None:
    """A page without a letter is the image's, a mail without pages the text's."""
    rows = load(packed(tmp_path, mixture(0.25))).predict_pages(
        PageBatch(["", "number neither"], [pages(1.0), pages()])
    )
    text = np.exp(build_runtime(linear(), LABELS).log_probabilities(TextBatch(["number neither"])))[0]
    np.testing.assert_allclose(rows, [[sure(1.0), 1 - sure(1.0)], text], atol=1e-6)


def test_golden_pages_travel_with_the_package(tmp_path: Path) -> None:
    """They are promised and found again, pixel for pixel, blank and many-paged documents too."""
    package = load(packed(tmp_path, mixture()))
    assert package.check_golden() < 1e-6
    lines = (tmp_path / "package" / "golden.jsonl").read_text().splitlines()
    assert [len(json.loads(line).get("pages", [])) for line in lines] == [1, 2, 2, 0]


def test_another_prediction_for_a_golden_page_is_found_out(tmp_path: Path) -> None:
    """A golden document that gets another answer means another model."""
    folder = packed(tmp_path, network())
    golden = (folder / "golden.jsonl").read_text()
    row = json.loads(golden.splitlines()[0])
    row["scores"] = {"invoice": 0.5, "complaint": 0.5}
    (folder / "golden.jsonl").write_text(json.dumps(row) + "\n")
    with pytest.raises(PackageMismatch, match="golden documents differ"):
        load(folder, verify=False).check_golden()


@pytest.mark.parametrize("page", ["no base64!", "aGVsbG8=", 7])
def test_a_golden_page_that_is_none_is_refused(tmp_path: Path, page: object) -> None:
    """Only a grey PNG of the right size is a page."""
    folder = packed(tmp_path, network())
    row = json.loads((folder / "golden.jsonl").read_text().splitlines()[0])
    (folder / "golden.jsonl").write_text(json.dumps({**row, "pages": [page]}) + "\n")
    with pytest.raises(PackageIncomplete, match=r"golden\.jsonl cannot be read"):
        load(folder, verify=False).check_golden()


def test_texts_alone_are_refused(tmp_path: Path) -> None:
    """The message says what to give; a runtime refuses by itself as well."""
    for description in (network(), mixture()):
        package = load(packed(tmp_path, description))
        with pytest.raises(WrongInput, match=r"package small reads page images .*--scans"):
            package.predict(["invoice"])
        with pytest.raises(WrongInput, match="reads page images and was given texts"):
            build_runtime(description, LABELS).log_probabilities(TextBatch(["invoice"]))


def test_a_package_of_texts_reads_the_text_of_pages(tmp_path: Path) -> None:
    """Its answer is that for the text alone, and no page decided."""
    write(tmp_path / "text", blend(), labels=LABELS, provenance=Provenance("text", "by-hand", 1))
    package = load(tmp_path / "text")
    np.testing.assert_allclose(package.predict_pages(BATCH), package.predict(BATCH.texts))
    with pytest.raises(WrongInput, match="no model of pages"):
        package.deciding_pages(BATCH)


def test_a_package_says_what_it_reads() -> None:
    """A mixture reads both, a blend whatever its members read."""
    assert reads(network()) == {"pages"}
    assert reads(linear()) == {"text"}
    assert reads(mixture()) == {"text", "pages"}
    assert reads(RuntimeDescription("blend", members=(network(), network()))) == {"pages"}


def test_a_network_that_was_changed_or_cut_is_refused(tmp_path: Path) -> None:
    """By its digest, and where digests are not checked by the graph itself."""
    target = packed(tmp_path, network()) / "network.onnx"
    content = target.read_bytes()
    for damaged in (content[:-20], content[:40], b"", content[:-1] + b"\x07"):
        target.write_bytes(damaged)
        with pytest.raises(PackageTampered, match=r"network\.onnx is not the file that was packed"):
            load(target.parent)
    for damaged in (content[:40], b""):
        target.write_bytes(damaged)
        with pytest.raises(PackageIncomplete, match="network"):
            load(target.parent, verify=False)
    target.unlink()
    with pytest.raises(PackageIncomplete, match=r"network\.onnx: No such file"):
        load(target.parent)


@pytest.mark.parametrize(
    "description",
    [
        network(graph(labels=3)),
        network(graph(shape=(64, 64, 1))),
        RuntimeDescription("onnx", {"features": "pages", "pages_version": 1}),
        RuntimeDescription("page", {"image_weight": 0.5}, members=(network(), linear())),
        RuntimeDescription("page", {"image_weight": 0.5}, members=(linear(),)),
        RuntimeDescription(
            "page",
            {"image_weight": 0.5},
            members=(linear(), RuntimeDescription("blend", members=(network(), network()))),
        ),
        mixture(1.5),
        mixture(float("nan")),
        mixture("half"),
        RuntimeDescription("page", members=(linear(), network())),
    ],
)
def test_a_model_whose_parts_do_not_fit_is_refused(description: RuntimeDescription) -> None:
    """Wrong scores, wrong pixels, no graph, members in the wrong order or number, no weight."""
    with pytest.raises(PackageIncomplete, match="train it again"):
        build_runtime(description, LABELS)


def test_pages_made_by_other_rules_are_refused() -> None:
    """A network that learnt on other pixels would answer wrongly without a word."""
    with pytest.raises(PackageUnsupported, match="page rules 2, known here: 1"):
        build_runtime(network(pages_version=2), LABELS)


def test_a_wrong_input_kind_is_refused(tmp_path: Path) -> None:
    """When it is written by a kernel that says so, and when a manifest was edited."""
    with pytest.raises(UsageError, match="by-hand says that it reads text, its model's input kind is image"):
        write(tmp_path / "x", network(), labels=LABELS, provenance=Provenance("x", "by-hand", 1))
    assert not (tmp_path / "x").exists()
    manifest = packed(tmp_path, network()) / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"input_kind": "image"', '"input_kind": "text"'))
    with pytest.raises(PackageTampered, match="input kind text, the model's is image"):
        load(manifest.parent)
