"""Sources as settings: which kinds there are, what they ask for, what they refuse."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

import training.sources
from mailroom.contracts.errors import UsageError
from training.sources import TYPES, AnySource, jars
from training.sources.errors import explain
from training.sources.files import JsonLines
from training.sources.sql import Sql


class Run(BaseModel):
    """Something with sources, as a run's configuration is."""

    sources: tuple[AnySource, ...]


def parsed(**settings: Any) -> Any:
    """The one source of these settings."""
    return Run.model_validate({"sources": [settings]}).sources[0]


SECRET = {"password": "hush"}
ORACLE = {"type": "sql", "url": "jdbc:oracle:thin:@//db:1521/MAIL", "user": "reader"}
MONGO = {
    "type": "mongodb",
    "uri": "mongodb://db:27017/?replicaSet=rs0",
    "database": "mail",
    "collection": "in",
}


def test_a_type_is_a_name_or_a_path() -> None:
    """Both lead to the class; a class of one's own may be anywhere."""
    assert parsed(type="jsonl", path="a") == JsonLines(path="a")
    mine = parsed(type="training.sources.files.JsonLines", path="a")
    assert (type(mine), mine.own_name) == (JsonLines, "JsonLines")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"path": "a"}, "write a mapping with `type`: one of samples, folders, jsonl, parquet, mongodb, sql"),
        ({"type": "jsonlines"}, "unknown type jsonlines: use one of samples, folders, jsonl"),
        ({"type": "no.such.Source"}, "type no.such.Source cannot be imported (No module named 'no')"),
        ({"type": "pathlib.Path"}, "pathlib.Path is no class of training.sources.Source"),
        ({"type": "jsonl", "path": "a", "pth": "b"}, "Extra inputs are not permitted"),
        ({"type": "samples", "count": 0}, "greater than 0"),
        (ORACLE, "give either table or query"),
        (ORACLE | {"table": "a", "query": "SELECT 1"}, "give either table or query"),
        (ORACLE | {"table": "a", "url": "jdbc:db2://db/mail"}, "no driver for jdbc:db2://db/mail: known are jdbc:post"),
        (ORACLE | {"table": "a", "url": "jdbc:oracle:thin:me/secret@//db/MAIL"}, "no password in the url"),
        (ORACLE | {"table": "a", "url": "jdbc:postgresql://db/mail?user=me&password=secret"}, "no password in the url"),
        (MONGO | {"uri": "mongodb://me:secret@db"}, "no password in the uri"),
        (MONGO | {"uri": "db:27017"}, "write mongodb://host:port"),
    ],
)  # fmt: skip
def test_wrong_settings_are_told(settings: dict[str, Any], message: str) -> None:
    """Before anything is read, by what they say and what they should."""
    with pytest.raises(ValidationError) as raised:
        parsed(**settings)
    assert message in str(raised.value)


def test_a_run_asks_for_the_jars_of_its_sources() -> None:
    """Each set once, none for files on this machine."""
    bucket = {"type": "parquet", "path": "s3://bucket/history"}
    sources = [{"type": "jsonl", "path": "a"}, bucket, bucket, ORACLE | {"table": "IN"}, MONGO]
    assert jars(Run.model_validate({"sources": sources}).sources) == (
        "jdbc-oracle",
        "spark-mongodb",
        "spark-s3",
    )


def test_a_configuration_as_recorded_has_everything_but_secrets() -> None:
    """All settings of a source are written down, its password as asterisks."""
    source = parsed(**ORACLE | SECRET, table="IN")
    written = Run(sources=(source,)).model_dump(mode="json")["sources"][0]
    assert written["url"] == "jdbc:oracle:thin:@//db:1521/MAIL"
    assert set(written["password"]) == {"*"}


def test_oracle_is_asked_in_its_own_words() -> None:
    """Its driver, its time limit, and a subquery whose alias has no AS."""
    source = parsed(**ORACLE | SECRET, query="SELECT * FROM MAIL.LETTERS ;", partition={"column": "NR"})
    assert source.options() == {
        "url": "jdbc:oracle:thin:@//db:1521/MAIL",
        "dbtable": "(SELECT * FROM MAIL.LETTERS ) documents",
        "driver": "oracle.jdbc.OracleDriver",
        "user": "reader",
        "password": "hush",
        "fetchsize": "1000",
        "oracle.net.CONNECT_TIMEOUT": "10000",
        "oracle.jdbc.timezoneAsRegion": "false",
    }
    assert source.bounds_query(source.partition) == (
        "SELECT MIN(NR) AS lowest, MAX(NR) AS highest FROM (SELECT * FROM MAIL.LETTERS ) documents"
    )


def test_a_password_in_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    """Before Spark starts."""
    source = Sql.model_validate(ORACLE | {"table": "IN", "password_file": tmp_path / "none"})
    with pytest.raises(
        UsageError, match=r"password_file .*/none cannot be read \(No such file or directory\)$"
    ):
        source.prepare()


def test_mongodb_is_given_user_and_password_in_its_uri() -> None:
    """Quoted, with a limit to the wait for a server that is not there."""
    source = parsed(**MONGO, user="a/b", password="p@ss")  # noqa: S106 - of no server
    assert source.options()["connection.uri"] == (
        "mongodb://a%2Fb:p%40ss@db:27017/?replicaSet=rs0&serverSelectionTimeoutMS=10000"
    )


@pytest.mark.parametrize(
    ("causes", "line"),
    [
        (
            ["Outer: it broke", "ORA-01017: logon denied"],
            "the user name or the password is wrong, or may not read this (ORA-01017: logon denied)",
        ),
        (["Outer: Connection refused", "Inner: whatever"],
         "it cannot be reached: is it running, and are host and port right? (Outer: Connection refused)"),
        (["AnalysisException: [PATH_NOT_FOUND] Path does not exist: file:/a. SQLSTATE: 42K03"],
         "no such place: mend the name in the configuration (Path does not exist: file:/a.)"),
        (["Something: else\nin two lines"], "Something: else in two lines"),
    ],
)  # fmt: skip
def test_errors_are_one_line_with_a_mend(causes: list[str], line: str) -> None:
    """The innermost cause that is known says what to do."""
    assert explain(causes) == line


def test_the_examples_of_the_guide_are_right() -> None:
    """Every source in the README is one."""
    text = Path(training.sources.__file__).with_name("README.md").read_text(encoding="utf-8")
    examples = yaml.safe_load(text.split("```yaml\n")[1].split("```")[0])["sources"]
    assert [parsed(**example).type for example in examples if "." not in example["type"]] == list(TYPES)
