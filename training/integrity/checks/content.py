"""Whether rows are documents: columns, ids, texts."""

from typing import TYPE_CHECKING

from training.dataset import COLUMNS, schema
from training.integrity.facts import Facts
from training.integrity.findings import Finding, Outcome

if TYPE_CHECKING:
    from pyspark.sql.types import StructType

KINDS = {"string": "string", "int64": "bigint", "bool": "boolean"}
"""Arrow's names of types, and Spark's."""
WIDENED = {"bigint": ("bigint", "int"), "string": ("string",), "boolean": ("boolean",)}


def check_schema(found: "StructType") -> Finding:
    """Whether the columns of a labelled document are there, with their types."""
    types = {field.name: field.dataType.simpleString() for field in found.fields}
    wanted = {name: KINDS[str(schema().field(name).type)] for name in COLUMNS} | {"place": "bigint"}
    missing = [name for name in wanted if name not in types]
    others = [
        f"{name} is {types[name]} instead of {kind}"
        for name, kind in wanted.items()
        if name in types and types[name] not in WIDENED[kind]
    ]
    if not missing and not others:
        return Finding("schema", Outcome.PASS, f"all {len(wanted)} columns are there with their types")
    lacking = [f"missing: {', '.join(missing)}"] if missing else []
    return Finding(
        "schema",
        Outcome.STOP,
        f"the columns are not those of labelled documents ({'; '.join(lacking + others)})",
        "rename or cast them where they are read: the source's settings map columns",
        {"missing": len(missing), "of another type": len(others)},
    )


def repeated_ids(facts: Facts) -> Finding:
    """Whether an id names one document."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - training only

    repeated = facts.rows.groupBy("id").agg(f.count("*").alias("times"), f.min("place").alias("place"))
    repeated = repeated.where("times > 1")
    count = repeated.count()
    return Finding(
        "repeated_ids",
        facts.settings.repeated_ids.judge(facts.share(count)),
        f"{count} ids name more than one document" if count else "every id names one document",
        "give each document an id of its own, or read each source once" if count else "",
        {"ids": count},
        facts.ids(repeated) if count else (),
    )


def empty_texts(facts: Facts) -> Finding:
    """Whether documents have a text at all."""
    empty = facts.rows.where("characters = 0")
    count = empty.count()
    return Finding(
        "empty_texts",
        facts.settings.empty_texts.judge(facts.share(count)),
        f"{count} of {facts.documents} documents have no text" if count else "every document has a text",
        "look whether their files are scans without OCR or the text column is the right one" if count else "",
        {"documents": count, "share": facts.share(count)},
        facts.ids(empty) if count else (),
    )


def short_texts(facts: Facts) -> Finding:
    """Whether texts are long enough to tell their class."""
    fewest = facts.settings.short_characters
    short = facts.rows.where(f"characters between 1 and {fewest - 1}")
    count = short.count()
    return Finding(
        "short_texts",
        facts.settings.short_texts.judge(facts.share(count)),
        f"{count} of {facts.documents} texts have fewer than {fewest} characters",
        "look at them: cut-off texts and bare file names teach nothing" if count else "",
        {"documents": count, "share": facts.share(count)},
        facts.ids(short) if count else (),
    )
