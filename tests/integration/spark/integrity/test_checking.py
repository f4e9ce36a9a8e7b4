"""What each check says, on documents made for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from training.documents import LabelledDocument
from training.integrity import Checked, IntegritySettings, Limits, check_integrity

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Frame = Callable[[Sequence[LabelledDocument]], "DataFrame"]

ORDER = "We hereby order {} pieces of {} to be delivered to our store in {} before the end of the month, freight paid."
GRUMBLE = "I am angry: your {} broke after {} days, nobody in {} answers my calls, and I want my money back at once."
THINGS = (
    "chairs",
    "lamps",
    "cables",
    "pumps",
    "boots",
    "wheels",
    "mirrors",
    "drills",
    "shelves",
    "curtains",
    "ovens",
)
TOWNS = ("Lyon", "Graz", "Bern", "Oslo", "Turin", "Leeds", "Ghent", "Porto", "Malmo", "Split", "Delft")
SETTINGS = IntegritySettings(similarity=0.9, few_documents=12, suspicious_labels=Limits())
"""Of documents that differ in two words, near-duplicates are those that differ in none."""


def documents() -> list[LabelledDocument]:
    """Eleven orders and eleven complaints."""
    orders = [
        LabelledDocument(f"o{number}", "order", ORDER.format("few", thing, town), "erp")
        for number, (thing, town) in enumerate(zip(THINGS, TOWNS, strict=True))
    ]
    grumbles = [
        LabelledDocument(f"c{number}", "complaint", GRUMBLE.format(thing, "few", town), "mail")
        for number, (thing, town) in enumerate(zip(THINGS, TOWNS, strict=True))
    ]
    return orders + grumbles


@pytest.fixture(scope="module")
def checked(frame: Frame) -> Checked:
    """A data set with one or two of everything that can be wrong, beside the 22 documents."""
    good = documents()
    odd = [
        LabelledDocument("o0", "order", "ok then", "erp"),
        LabelledDocument("e1", "complaint", " \n ", "mail"),
        LabelledDocument(
            "u1", "advert", "Buy now, pay later: sofas, beds and wardrobes at half the price.", "mail"
        ),
        replace(good[3], id="o3-again", source="archive", group="g", fold=1),
        replace(good[4], id="o4-flipped", label="complaint"),
    ]
    previous = {"classes": {"order": 4, "complaint": 12}}
    return check_integrity(
        frame(good + odd), ("order", "complaint", "offer"), SETTINGS, previous=previous, seed=1
    )


@pytest.mark.parametrize(
    ("check", "outcome", "message", "examples"),
    [
        ("schema", "pass", "all 10 columns are there with their types", ()),
        ("repeated_ids", "warn", "1 ids name more than one document", ("o0",)),
        ("empty_texts", "warn", "1 of 27 documents have no text", ("e1",)),
        ("short_texts", "warn", "1 of 27 texts have fewer than 20 characters", ("o0",)),
        (
            "unknown_labels",
            "stop",
            "1 documents have labels that the configuration does not know: advert",
            ("u1",),
        ),
        ("missing_classes", "stop", "no document is labelled offer", ("offer",)),
        ("empty_classes", "pass", "every class has texts", ()),
        ("class_counts", "pass", "the smallest class has 12 documents", ()),
        (
            "class_balance_drift",
            "warn",
            "29% of documents changed class since the last run, complaint most (-29%)",
            (),
        ),
        (
            "source_share",
            "warn",
            "one source swamps a class: mail gives 92% of complaint, erp gives 92% of order",
            ("complaint: mail", "order: erp"),
        ),
        ("exact_duplicates", "warn", "2 of 27 documents repeat the text of another", ("o3", "o4")),
        (
            "near_duplicates",
            "pass",
            "4 of 27 documents are near-duplicates, in 2 groups; no split separates them",
            (),
        ),
        (
            "leaked_duplicates",
            "warn",
            "2 documents are near-duplicates across what should keep them apart (sources: 2)",
            ("o3",),
        ),
        (
            "contradicting_labels",
            "stop",
            "2 documents have another label than a near-duplicate of theirs",
            ("o4 is order, o4-flipped is complaint",),
        ),
    ],
)
def test_a_check_says_what_it_found(
    checked: Checked, check: str, outcome: str, message: str, examples: tuple[str, ...]
) -> None:
    """Outcome, sentence and examples; whatever does not pass says the mend."""
    (found,) = (item for item in checked.report.findings if item.check == check)
    assert (str(found.outcome), found.message, found.examples) == (outcome, message, examples)
    assert bool(found.mend) or outcome == "pass"


def test_the_split_learns_of_near_duplicates(checked: Checked) -> None:
    """By place: the copies beside what they are copies of."""
    groups = checked.near_duplicates
    assert sorted(groups) == [3, 4, 25, 26]
    assert groups[3] == groups[25] != groups[4] == groups[26]


def test_a_class_with_fewer_than_ten_documents_stops(frame: Frame) -> None:
    """The message names it, and how many it has."""
    report = check_integrity(frame(documents()[2:]), ("order", "complaint"), SETTINGS, seed=1).report
    (found,) = (item for item in report.findings if item.check == "class_counts")
    assert (str(found.outcome), found.message) == (
        "stop",
        "classes with fewer than 10 documents: order has 9",
    )


def test_another_schema_stops_before_anything_is_read(spark: "SparkSession") -> None:
    """A missing column and one of another type are named, and no check goes on."""
    rows = spark.createDataFrame(
        [], "place long, id string, label long, text string, source string, group string"
    )
    report = check_integrity(rows, ("order",), SETTINGS).report
    (found,) = report.findings
    assert found.message == (
        "the columns are not those of labelled documents (missing: fold, lang, path, train_only; label is bigint"
        " instead of string)"
    )
    assert str(report.status) == "stop"


def test_no_documents_stop(frame: Frame) -> None:
    """An empty data set is no data set."""
    report = check_integrity(frame([]), ("order",), SETTINGS).report
    assert [item.message for item in report.findings][1:] == ["there are no documents"]
    assert str(report.status) == "stop"
