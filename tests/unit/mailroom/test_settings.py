"""Settings: precedence, secrets in files, and faults in words."""

from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.settings import KafkaSettings, load_settings


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory without settings."""
    monkeypatch.chdir(tmp_path)


def test_defaults_route_seven_labels() -> None:
    """Without any setting, each of the seven labels has a department."""
    assert load_settings().departments == {
        "invoice": "accounts-payable",
        "offer": "procurement",
        "purchase_order": "sales",
        "job_application": "human-resources",
        "complaint": "customer-care",
        "service_request": "service-desk",
        "other": "front-office",
    }


def test_environment_wins_over_the_file_and_arguments_win_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearer a setting is to the call, the more it counts."""
    (tmp_path / "mailroom.yaml").write_text("kafka: {bootstrap: 'file:1'}\nstream: {parallelism: 3}\n")
    monkeypatch.setenv("MAILROOM_KAFKA__BOOTSTRAP", "environment:1")
    assert load_settings().kafka.bootstrap == "environment:1"
    assert load_settings().stream.parallelism == 3
    assert load_settings(kafka=KafkaSettings(bootstrap="argument:1")).kafka.bootstrap == "argument:1"


def test_a_secret_comes_from_a_file_and_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`*_FILE` names the file; the value reaches the client and no representation."""
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("MAILROOM_KAFKA__SASL_PASSWORD_FILE", str(tmp_path / "secret"))
    settings = load_settings()
    assert settings.kafka.client()["sasl.password"] == "s3cret"
    assert "s3cret" not in repr(settings)


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which setting, and what is allowed."""
    monkeypatch.setenv("MAILROOM_STREAM__PARALLELISM", "0")
    with pytest.raises(UsageError, match=r"setting stream\.parallelism: Input should be greater than 0"):
        load_settings()


def test_an_unknown_name_in_a_section_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt setting does not stay silent."""
    monkeypatch.setenv("MAILROOM_STREAM__PARALELISM", "2")
    with pytest.raises(UsageError, match=r"stream\.paralelism: Extra inputs are not permitted"):
        load_settings()


def test_a_missing_secret_file_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that cannot be read is an error of use, not an empty password."""
    monkeypatch.setenv("MAILROOM_KAFKA__SASL_PASSWORD_FILE", "/nowhere/secret")
    with pytest.raises(
        UsageError, match="MAILROOM_KAFKA__SASL_PASSWORD_FILE names a file that cannot be read"
    ):
        load_settings()
