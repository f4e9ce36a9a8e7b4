"""Databases: PostgreSQL for real, mongo-java-server in MongoDB's place, Oracle's driver without a server."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.embedded.ports import any_free
from tests.integration.spark.servers import Mongo, Postgres
from tests.integration.spark.sources.reading import LABELS, rows
from training.sources import check
from training.sources.mongodb import MongoDB
from training.sources.sql import Sql

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.fixture(scope="module")
def letters(postgres: Postgres) -> Iterator[Postgres]:
    """A server with a table of twelve letters."""
    postgres.execute(
        "CREATE TABLE letters (no numeric(38, 10), kind text, body text, scan bytea, year int, office text)"
    )
    kinds = ("invoice", "other", "draft")
    many = [
        (number, kinds[number % 3], f"Letter {number}", None, 2010 + number, "Bonn") for number in range(12)
    ]
    postgres.execute("INSERT INTO letters VALUES (%s, %s, %s, %s, %s, %s)", many)
    yield postgres
    postgres.execute("DROP TABLE letters")


def sql(server: Postgres, **settings: Any) -> Sql:
    """A source of that server's letters."""
    place = {"url": server.url, "user": server.user, "password": server.password, "table": "letters"}
    columns = {"id": "no", "label": "kind", "text": "body", "source": "office"}
    return Sql.model_validate(place | {"columns": columns, "where": "kind <> 'draft'"} | settings)


def test_a_table_is_read(spark: "SparkSession", letters: Postgres) -> None:
    """Columns are mapped, the condition holds, and numbers are ids without the noughts of their type."""
    source = sql(letters, where="kind = 'invoice'")
    assert check(spark, [source], LABELS) == {"invoice": 4}
    assert rows(spark, source, "id", "label", "text", "source") == [
        ("0", "invoice", "Letter 0", "Bonn"),
        ("3", "invoice", "Letter 3", "Bonn"),
        ("6", "invoice", "Letter 6", "Bonn"),
        ("9", "invoice", "Letter 9", "Bonn"),
    ]


def test_the_condition_is_answered_by_the_database(spark: "SparkSession", letters: Postgres) -> None:
    """Rows that are not wanted do not travel."""
    frame = sql(letters).read(spark).where("kind = 'invoice' AND year > 2015")
    plan = frame._jdf.queryExecution().toString()
    assert "*EqualTo(kind,invoice)" in plan
    assert "*GreaterThan(year,2015)" in plan


def test_a_query_is_read_in_parts(spark: "SparkSession", letters: Postgres) -> None:
    """Each part is a range of the column, found by asking for its smallest and largest value."""
    query = "SELECT no, kind, body, year FROM letters WHERE year < 2018;"
    source = sql(letters, table="", query=query, partition={"column": "year", "parts": 4}, columns={
        "id": "no", "label": "kind", "text": "body"
    })  # fmt: skip
    assert source.read(spark).rdd.getNumPartitions() == 4
    assert [row[0] for row in rows(spark, source, "id")] == ["0", "1", "3", "4", "6", "7"]


def test_the_password_may_come_from_a_file(spark: "SparkSession", letters: Postgres, tmp_path: Any) -> None:
    """A file, as containers are given secrets, serves as well."""
    secret = tmp_path / "secret"
    secret.write_text(letters.password + "\n")
    source = sql(letters, password=None, password_file=secret)
    assert check(spark, [source], LABELS) == {"invoice": 4, "other": 4}


def test_the_password_is_shown_nowhere(spark: "SparkSession", letters: Postgres) -> None:
    """Neither the configuration as it is recorded nor Spark's plan holds the password."""
    source = sql(letters)
    assert letters.password not in f"{source!r} {source.model_dump_json()} {source.title}"
    assert letters.password not in source.read(spark)._jdf.queryExecution().toString()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"password": "another"}, "the user name or the password is wrong"),
        ({"url": f"jdbc:postgresql://127.0.0.1:{any_free()}/postgres"}, "it cannot be reached: is it running"),
        ({"table": "leters"}, 'no such place: mend the name in the configuration (PSQLException: ERROR: relation "le'),
        ({"columns": {"label": "typ"}}, "no column typ, only no, kind, body, scan, year, office: say which"),
        ({"where": ""}, "unknown label 'draft' on 4 documents, 11 for one: use invoice, other"),
    ],
)  # fmt: skip
def test_what_postgresql_refuses_is_told(
    spark: "SparkSession", letters: Postgres, settings: dict[str, Any], message: str
) -> None:
    """A wrong password, host, table, column or label is one line that says the mend, and not the password."""
    with pytest.raises(UsageError) as raised:
        check(spark, [sql(letters, **settings)], LABELS)
    assert str(raised.value).startswith("source sql (jdbc:postgresql://127.0.0.1:")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
    assert letters.password not in str(raised.value)


def test_oracle_is_asked_by_its_own_driver(spark: "SparkSession") -> None:
    """Without a server: the driver is loaded, tries to connect, and its refusal is explained."""
    port = any_free()
    source = Sql(
        url=f"jdbc:oracle:thin:@//127.0.0.1:{port}/FREEPDB1",
        table="MAIL.LETTERS",
        user="reader",
        password="secret",  # noqa: S106 - of no server at all
    )
    with pytest.raises(UsageError, match=r"^source sql \(jdbc:oracle:.* it cannot be reached: is it running"):
        check(spark, [source], LABELS)


@pytest.fixture(scope="module")
def archive(spark: "SparkSession", mongo: Mongo) -> Mongo:
    """A server with a collection of three letters, whose labels are nested."""
    letters = spark.sql(
        "SELECT _id, named_struct('label', label, 'from', place) meta, text, year FROM VALUES"
        " ('a', 'invoice', 'x', 'Due.', 2019), ('b', 'other', 'y', 'Hello.', 2020), ('c', 'draft', 'y', 'He', 2021)"
        " AS letters(_id, label, place, text, year)"
    )
    place = {"connection.uri": mongo.uri, "database": "mail", "collection": "letters"}
    letters.write.format("mongodb").options(**place).mode("append").save()
    return mongo


def mongodb(server: Mongo, **settings: Any) -> MongoDB:
    """A source of that server's letters."""
    place = {"uri": server.uri, "database": "mail", "collection": "letters", "partitioner": "single"}
    columns = {"id": "_id", "label": "meta.label", "source": "meta.from"}
    return MongoDB.model_validate(place | {"columns": columns, "where": "year < 2021"} | settings)


def test_a_collection_is_read(spark: "SparkSession", archive: Mongo) -> None:
    """Nested fields are reached by dots."""
    source = mongodb(archive)
    assert check(spark, [source], LABELS) == {"invoice": 1, "other": 1}
    assert rows(spark, source, "id", "label", "text", "source") == [
        ("a", "invoice", "Due.", "x"),
        ("b", "other", "Hello.", "y"),
    ]


def test_a_pipeline_is_answered_by_the_server(spark: "SparkSession", archive: Mongo) -> None:
    """What the pipeline leaves out does not travel."""
    source = mongodb(archive, where="", pipeline='[{"$match": {"meta.label": "invoice"}}]')
    assert [row[0] for row in rows(spark, source, "id")] == ["a"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"uri": f"mongodb://127.0.0.1:{any_free()}/?serverSelectionTimeoutMS=300"}, "it cannot be reached"),
        ({"collection": "leters"}, "there is nothing, or nothing that this user may see"),
        (
            {"where": "jahr < 5"},
            "mend `where` or the query (A column, variable, or function parameter with name `jahr`",
        ),
        ({"where": ""}, "unknown label 'draft' on 1 documents, c for one"),
    ],
)
def test_what_mongodb_refuses_is_told(
    spark: "SparkSession", archive: Mongo, settings: dict[str, Any], message: str
) -> None:
    """A server that is not there, an empty collection and a wrong label are one line each."""
    with pytest.raises(UsageError) as raised:
        check(spark, [mongodb(archive, **settings)], LABELS)
    assert str(raised.value).startswith("source mongodb (mongodb://127.0.0.1:")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)
