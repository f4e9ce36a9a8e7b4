"""Which log a verb talks to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from mailroom.embedded import state
from mailroom.profiles import NotRunning, Running, resolve, running
from mailroom.settings import Settings, load_settings


def up() -> Running | None:
    """An embedded system that runs."""
    return Running("127.0.0.1:5001")


def down() -> Running | None:
    """No embedded system."""
    return None


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that name a broker of their own."""
    monkeypatch.setenv("MAILROOM_OBJECTS__URI", "file:///given")
    return load_settings(kafka={"bootstrap": "set:9092", "security_protocol": "SSL"})


@pytest.mark.parametrize(
    ("profile", "bootstrap"),
    [
        ("embedded", "127.0.0.1:5001"),
        (None, "127.0.0.1:5001"),
        ("compose", "127.0.0.1:9094"),
        ("broker:9092", "broker:9092"),
        ("a:1, b:2", "a:1,b:2"),
        ("[::1]:9092", "[::1]:9092"),
    ],
)
def test_a_profile_names_a_log(profile: str | None, bootstrap: str, settings: Settings) -> None:
    """Each kind of profile leads to its address."""
    assert resolve(profile, settings, embedded=up).kafka.bootstrap == bootstrap


def test_without_profile_and_embedded_system_the_settings_count(settings: Settings) -> None:
    """Where nothing runs here, the configured broker is meant."""
    assert resolve(None, settings, embedded=down).kafka.bootstrap == "set:9092"


def test_other_settings_stay(settings: Settings) -> None:
    """Only the address changes: security and the object store are kept."""
    resolved = resolve("broker:9092", settings, embedded=up)
    assert (resolved.kafka.security_protocol, resolved.objects.uri) == ("SSL", "file:///given")


def test_the_composed_log_is_where_the_compose_file_puts_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who moves its port tells both by the same variable."""
    monkeypatch.setenv("MAILROOM_KAFKA_PORT", "19094")
    assert resolve("compose", settings).kafka.bootstrap == "127.0.0.1:19094"


def test_containers_are_sent_documents_whole(settings: Settings) -> None:
    """They cannot fetch what is left in files of this machine; an object store elsewhere they can reach."""
    assert resolve("compose", settings).objects.inline_limit == 32 * 1024 * 1024 - 64 * 1024
    elsewhere = settings.model_copy(
        update={"objects": settings.objects.model_copy(update={"uri": "s3://bucket"})}
    )
    assert resolve("compose", elsewhere).objects.inline_limit == 1024 * 1024


def test_an_embedded_system_with_its_data_elsewhere_has_its_object_store_there(settings: Settings) -> None:
    """A claim check must be where the running stream looks for it."""
    moved = Running("127.0.0.1:5001", "file:///data/objects")
    assert resolve("embedded", settings, embedded=lambda: moved).objects.uri == "file:///data/objects"


def test_the_embedded_system_must_run_to_be_asked_for(settings: Settings) -> None:
    """The error says how to start it."""
    with pytest.raises(NotRunning, match="nothing is running: start it with `mailroom up`"):
        resolve("embedded", settings, embedded=down)


@pytest.mark.parametrize("profile", ["production", "host:", ":9092", "host:port", "host:0", "host:70000", ""])
def test_what_is_no_profile_is_refused(profile: str, settings: Settings) -> None:
    """A typing error is wrong usage, not a broker that does not answer."""
    with pytest.raises(UsageError, match="embedded, compose, kinesis, or host:port"):
        resolve(profile, settings, embedded=up)


def write(data: Path, pid: int) -> None:
    """Describe an embedded system as its supervisor does."""
    started = state.process_started(pid)
    state.write_state(state.SystemState(pid, started, "127.0.0.1:5001", str(data), "package"))


def test_the_running_system_is_found_by_its_state_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its data at home the object store is the settings' one; elsewhere it is beside the data."""
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path))
    write(tmp_path, os.getpid())
    assert running() == Running("127.0.0.1:5001")
    write(tmp_path / "disk", os.getpid())
    assert running() == Running("127.0.0.1:5001", f"file://{tmp_path}/disk/objects")


def test_a_system_that_ended_without_a_word_does_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its state file outlives a kill -9; its process does not."""
    monkeypatch.setenv("MAILROOM_HOME", str(tmp_path))
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    write(tmp_path, child.pid)
    assert running() is not None
    child.kill()
    child.communicate()
    assert running() is None
