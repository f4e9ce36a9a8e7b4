"""Documents that occur more than once, exactly or nearly."""

from typing import TYPE_CHECKING

from training.integrity.facts import Facts
from training.integrity.findings import Finding

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame


def exact_duplicates(facts: Facts) -> Finding:
    """How many documents are further copies of a text."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    texts = facts.rows.where("digest is not null").groupBy("digest")
    copied = texts.agg(f.count("*").alias("times"), f.min("place").alias("place"), f.first("id").alias("id"))
    copied = copied.where("times > 1")
    surplus = int(copied.agg(f.sum(f.col("times") - 1)).collect()[0][0] or 0)
    return Finding(
        "exact_duplicates",
        outcome := facts.settings.exact_duplicates.judge(facts.share(surplus)),
        f"{surplus} of {facts.documents} documents repeat the text of another",
        "read each source once, or drop the copies: they count for more than they tell"
        if outcome.severity
        else "",
        {"documents": surplus, "share": facts.share(surplus)},
        facts.ids(copied),
    )


def near_duplicates(facts: Facts) -> Finding:
    """How many documents are alike; the split keeps them on one side."""
    count = len(facts.near.groups)
    groups = len(set(facts.near.groups.values()))
    return Finding(
        "near_duplicates",
        outcome := facts.settings.near_duplicates.judge(facts.share(count)),
        f"{count} of {facts.documents} documents are near-duplicates, in {groups} groups; no split separates them",
        "add documents that differ: these are fewer than they seem" if outcome.severity else "",
        {"documents": count, "groups": groups, "share": facts.share(count)},
    )


def contradicting_labels(facts: Facts) -> Finding:
    """Whether documents that are nearly the same have one label."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    pairs = _with(facts, "label", "id").where("label_a != label_b").persist()
    places = pairs.select(f.explode(f.array("a", "b")).alias("place")).distinct()
    count = places.count()
    few = pairs.orderBy("a", "b").limit(facts.settings.examples).collect()
    pairs.unpersist()
    return Finding(
        "contradicting_labels",
        facts.settings.contradicting_labels.judge(facts.share(count)),
        f"{count} documents have another label than a near-duplicate of theirs"
        if count
        else "near-duplicates agree in their labels",
        "decide which label is right; as they stand they cannot both be learnt" if count else "",
        {"documents": count, "share": facts.share(count)},
        tuple(f"{row['id_a']} is {row['label_a']}, {row['id_b']} is {row['label_b']}" for row in few),
    )


def leaked_duplicates(facts: Facts) -> Finding:
    """Whether a document, or nearly the same one, stands in several sources, groups or folds, or is also generated.

    A split by any of these alone would test on what was learnt.
    """
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    apart = {
        "folds": f.countDistinct(f.when(f.col("fold") >= 0, f.col("fold"))),
        "groups": f.countDistinct(f.when(f.col("group") != "", f.col("group"))),
        "sources": f.countDistinct("source"),
        "generated": f.countDistinct("train_only"),
    }
    known = facts.rows.where("component is not null")
    spread = known.groupBy("component").agg(
        f.count("*").alias("documents"),
        f.min("place").alias("place"),
        f.first("id").alias("id"),
        *(_several(count).alias(name) for name, count in apart.items()),
    )
    leaked = spread.where(" or ".join(apart)).persist()
    counts = _sums(leaked, *apart)
    examples = facts.ids(leaked)
    leaked.unpersist()
    places = ", ".join(f"{name}: {counts[name]}" for name in apart if counts[name])
    return Finding(
        "leaked_duplicates",
        outcome := facts.settings.leaked_duplicates.judge(facts.share(counts["documents"])),
        f"{counts['documents']} documents are near-duplicates across what should keep them apart ({places})"
        if places
        else "no document stands in several sources, groups or folds",
        "drop the copies; the split keeps them on one side, but figures of any other split are too good"
        if outcome.severity
        else "",
        {**counts, "share": facts.share(counts["documents"])},
        examples,
    )


def _several(count: "Column") -> "Column":
    return count > 1


def _sums(leaked: "DataFrame", *names: str) -> dict[str, int]:
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    documents = f.sum("documents").alias("documents")
    row = leaked.agg(
        documents, *(f.sum(f.when(f.col(name), f.col("documents"))).alias(name) for name in names)
    )
    return {name: int(value or 0) for name, value in row.collect()[0].asDict().items()}


def _with(facts: Facts, *columns: str) -> "DataFrame":
    """The pairs with columns of both documents, `…_a` and `…_b`."""
    pairs = facts.near.pairs
    for side in ("a", "b"):
        names = [
            facts.rows["place"].alias(side),
            *(facts.rows[name].alias(f"{name}_{side}") for name in columns),
        ]
        pairs = pairs.join(facts.rows.select(*names), side, "inner")
    return pairs
