"""The report and the model card as files."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from training.dataset import write_dataset
from training.record import RunRecord
from training.report import ReportSettings, write_report

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """Tags that are open, headings, and whatever would be fetched from elsewhere."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember it."""
        self.tags.add(tag)
        values = dict(attrs)
        self.ids += [str(values["id"])] if "id" in values else []
        self.links += [str(values[name]) for name in ("href", "src") if name in values]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content opens nothing."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag


def page_of(run: RunRecord, folder: Path, **settings: bool) -> str:
    """The report's text."""
    return write_report(
        run, ReportSettings(**settings), folder=folder, integrity_page="integrity.html"
    ).page.read_text(encoding="utf-8")


def words(document: str) -> str:
    """A document's text, tags and white space evened out."""
    return " ".join(re.sub(r"<[^>]+>", " ", document).split())


def test_the_page_is_whole_and_stands_alone(small: RunRecord, tmp_path: Path) -> None:
    """Every element is closed, ids are unique, nothing is fetched and nothing runs."""
    page = Page(page_of(small, tmp_path))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert {"script", "iframe", "link", "img"} & page.tags == set()
    assert [link for link in page.links if not link.startswith("#")] == ["integrity.html"]
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_the_page_says_the_figures(small: RunRecord, tmp_path: Path) -> None:
    """Headline, caveat, failures with their reasons, stages, fingerprint."""
    text = words(page_of(small, tmp_path))
    for part in (
        "macro-F1, unseen sources 0.500",
        "macro-F1, seen sources 0.750",
        "complaint : all its documents are from one source",
        "own.Kernel no parameters — 0.0 failed : ran out of &lt;memory&gt;",
        "text-linear tfidf_c=1.0 — 0.0 dropped : behind after round 1",
        "text-linear tfidf_c=3.0 0.500 0.400 0.600 2.0 best",
        "1 of them were finished by an earlier, interrupted run.",
        "search 3.0 all 4.0",
        "b invoice 0 % 75 % 1 complaint",
        "95 % invoice complaint d5 c Never again, unacceptable",
        "source-share warn one source holds 72 % of &lt;other&gt;: collect from more sources",
        "is \\ said invoice complaint invoice 2 1 complaint 1 2",
        small.manifest.data_fingerprint,
    ):
        assert part in text


def test_documents_cannot_write_into_the_page(small: RunRecord, tmp_path: Path) -> None:
    """A document's text, id and source are shown, never obeyed."""
    index = [replace(item, id="<b>x", source='"><img src=x>') for item in small.dataset.documents()]
    run = replace(small, dataset=write_dataset(index, tmp_path / "other"))
    page = Page(page_of(run, tmp_path))
    assert {"b", "img", "script"} & page.tags == set()


def test_without_excerpts_no_text_travels(small: RunRecord, tmp_path: Path) -> None:
    """Private documents stay where they are."""
    page = page_of(small, tmp_path, excerpts=False)
    assert "Never again" not in page
    assert "Excerpts are left out by the settings" in words(page)


def test_charts_are_well_formed_and_take_the_page_s_colours(small: RunRecord, tmp_path: Path) -> None:
    """Two inline drawings with titles; no colour of their own, so that light and dark both work."""
    charts = re.findall(r"<svg.*?</svg>", page_of(small, tmp_path), flags=re.DOTALL)
    titles = [ET.fromstring(chart)[0].text for chart in charts]  # noqa: S314 - our own drawing
    assert titles == [
        "Reliability diagram: share that is right over confidence",
        "Coverage against accuracy, with the review threshold marked",
    ]
    assert {colour for chart in charts for colour in re.findall(r"#[0-9a-f]{6}\b", chart)} == set()
    assert all("var(--accent)" in chart and "<text" in chart for chart in charts)


def test_the_same_run_gives_the_same_page(small: RunRecord, tmp_path: Path) -> None:
    """Nothing in the page depends on when it was made."""
    assert page_of(small, tmp_path / "a") == page_of(small, tmp_path / "b")


def test_the_model_card(small: RunRecord, tmp_path: Path) -> None:
    """Its sections are those of the literature; what is unknown of unseen sources is said."""
    card = write_report(small, ReportSettings(), folder=tmp_path).card.read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", card, flags=re.MULTILINE) == [
        "Model details",
        "Intended use",
        "Factors",
        "Metrics",
        "Evaluation data",
        "Training data",
        "Quantitative analyses",
        "Ethical considerations",
        "Caveats and recommendations",
    ]
    assert "| F1 complaint* | 0.667 | 0.800 |" in card
    assert "- complaint: all its documents are from one source" in card
    assert "| invoice | 3 | 2 |" in card


def test_a_link_to_integrity_only_where_there_is_a_page(small: RunRecord, tmp_path: Path) -> None:
    """No dead links."""
    page = write_report(small, ReportSettings(), folder=tmp_path).page.read_text(encoding="utf-8")
    assert "the whole report" not in page


@pytest.mark.parametrize("name", ["report.html.part", "report.part", "model-card.part"])
def test_nothing_unfinished_is_left(small: RunRecord, tmp_path: Path, name: str) -> None:
    """Files appear whole."""
    write_report(small, ReportSettings(), folder=tmp_path / "out")
    assert not (tmp_path / "out" / name).exists()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["model-card.md", "report.html"]
