"""From a source's own columns to those of a data set."""

from typing import TYPE_CHECKING

from mailroom.contracts.errors import UsageError
from training.sources.base import Columns, Source
from training.sources.errors import explained

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession
    from pyspark.sql.types import StructType

CONTENTS = ("text", "path", "content", "text_ref")
"""Where a document's text comes from: at least one of them has to be there."""
PLAIN = ("string", "char", "varchar", "tinyint", "smallint", "int", "bigint", "decimal", "float", "double", "boolean",
         "date", "timestamp")  # fmt: skip
REMOTE = r"^[a-z][a-z0-9+.-]*:/"


def labelled(spark: "SparkSession", source: Source) -> "DataFrame":
    """A source's rows as a data set has them, besides `content` and `text_ref`.

    Text is null where it is still to be read.

    Raises:
        UsageError: The source cannot be read, or lacks a column.
    """
    with explained(source.title):
        frame = source.read(spark)
        columns = _columns(frame, source)
        chosen = frame.where(source.where) if source.where else frame
        return chosen.select(*columns)


def _columns(frame: "DataFrame", source: Source) -> list["Column"]:
    from pyspark.sql import functions as sql  # noqa: PLC0415

    if not frame.columns:
        raise UsageError(f"{source.title}: there is nothing, or nothing that this user may see")
    found = {name: _column(frame, source, name) for name in Columns.model_fields}
    if all(found[name] is None for name in CONTENTS):
        raise _missing(frame, source, "text")
    text = {name: _plain(column) for name, column in found.items() if name != "content"}
    content = sql.lit(None).cast("binary") if found["content"] is None else found["content"].cast("binary")
    path = _absolute(sql.coalesce(text["path"], sql.lit("")), source.folder)
    digest = sql.sha2(
        sql.concat_ws("\x1f", text["label"], text["text"], path, text["text_ref"], sql.sha2(content, 256)),
        256,
    )
    return [
        sql.coalesce(_filled(text["id"]), digest.substr(1, 16)).alias("id"),
        _renamed(text["label"], source.labels).alias("label"),
        text["text"].alias("text"),
        sql.coalesce(_filled(text["source"]), sql.lit(source.own_name)).alias("source"),
        sql.coalesce(text["group"], sql.lit("")).alias("group"),
        sql.coalesce(text["fold"].try_cast("bigint"), sql.lit(-1).cast("bigint")).alias("fold"),
        sql.coalesce(text["lang"], sql.lit("")).alias("lang"),
        path.alias("path"),
        sql.lit(source.train_only).alias("train_only"),
        content.alias("content"),
        text["text_ref"].alias("text_ref"),
    ]


def _column(frame: "DataFrame", source: Source, name: str) -> "Column | None":
    """The column that is to be `name`, or none; one that was asked for by its name has to be there."""
    from pyspark.sql import functions as sql  # noqa: PLC0415

    wanted = getattr(source.columns, name)
    place = _find(frame.schema, wanted)
    if place is None:
        if name == "label" or name in source.columns.model_fields_set:
            raise _missing(frame, source, wanted)
        return None
    path, kind = place
    allowed = ("binary",) if name == "content" else PLAIN
    if kind.partition("(")[0] not in allowed:
        raise UsageError(
            f"{source.title}: column {wanted} is of type {kind[:60]} and cannot be a document's {name}: "
            f"name another with `columns: {{{name}: …}}`"
        )
    return sql.col(path)


def _find(schema: "StructType", wanted: str) -> tuple[str, str] | None:
    """A column's quoted path and type, as Spark would resolve it: whatever the case, into nested documents."""
    from pyspark.sql.types import StructType  # noqa: PLC0415

    for field in schema:
        if field.name.lower() == wanted.lower():
            return f"`{field.name}`", str(field.dataType.simpleString())
        outer, _, inner = wanted.partition(".")
        if field.name.lower() == outer.lower() and isinstance(field.dataType, StructType):
            found = _find(field.dataType, inner)
            return found and (f"`{field.name}`.{found[0]}", found[1])
    return None


def _missing(frame: "DataFrame", source: Source, wanted: str) -> UsageError:
    return UsageError(
        f"{source.title}: no column {wanted}, only {', '.join(frame.columns)}: "
        "say which is which with `columns: {label: …, text: …}`"
    )


def _plain(column: "Column | None") -> "Column":
    """As a string; a whole number in a decimal column (databases know no other) without its noughts."""
    from pyspark.sql import functions as sql  # noqa: PLC0415

    if column is None:
        return sql.lit(None).cast("string")
    return sql.regexp_replace(column.cast("string"), r"^(-?\d+)\.0{6,}$", "$1")


def _filled(column: "Column") -> "Column":
    from pyspark.sql import functions as sql  # noqa: PLC0415

    return sql.when(sql.trim(column) != "", column)


def _renamed(column: "Column", names: dict[str, str]) -> "Column":
    from pyspark.sql import functions as sql  # noqa: PLC0415

    if not names:
        return column
    table = sql.create_map(*(sql.lit(word) for pair in names.items() for word in pair))
    return sql.coalesce(sql.try_element_at(table, column), column)


def _absolute(path: "Column", folder: str) -> "Column":
    from pyspark.sql import functions as sql  # noqa: PLC0415

    relative = (path != "") & ~path.startswith("/") & ~path.rlike(REMOTE)
    return sql.when(relative, sql.concat(sql.lit(f"{folder}/"), path)).otherwise(path) if folder else path
