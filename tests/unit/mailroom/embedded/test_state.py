"""The state file: found by the other verbs, never believed about a process that is gone."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from mailroom.embedded import state
from mailroom.embedded.state import ServiceState, SystemState


@pytest.fixture
def mine() -> SystemState:
    """A state whose supervisor is this very process."""
    service = ServiceState("kafka", "ready", 12, "mark", 0, "/logs/kafka.log")
    return SystemState(
        pid=os.getpid(),
        process_started=state.process_started(os.getpid()),
        bootstrap="127.0.0.1:7001",
        data="/data",
        package="/package",
        services=(service,),
    )


def test_a_state_that_was_written_is_read_again(home: Path, mine: SystemState) -> None:
    """Every field survives."""
    state.write_state(mine)
    assert state.read_state() == mine
    assert state.running() == mine
    assert (home / "state.json").is_file()


def test_a_process_id_that_was_used_again_is_not_the_system(home: Path, mine: SystemState) -> None:
    """The start time tells two processes of one number apart."""
    state.write_state(replace(mine, process_started=mine.process_started - 60.0))
    assert state.running() is None


def test_a_dead_process_is_not_running(home: Path, mine: SystemState) -> None:
    """A state that a kill left behind is stale."""
    state.write_state(replace(mine, pid=2**22 + 1))
    assert state.running() is None


def test_a_system_without_a_broker_is_not_running_yet(home: Path, mine: SystemState) -> None:
    """Nobody is sent to an empty address."""
    state.write_state(replace(mine, bootstrap=""))
    assert state.running() is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 2}', '{"format": 1, "services": [{}]}'])
def test_a_file_that_cannot_be_read_is_as_good_as_none(home: Path, content: str) -> None:
    """Another format, or half a file, does not stop a verb."""
    (home / "state.json").write_text(content)
    assert state.read_state() is None


def test_forgetting_twice_is_as_good_as_once(home: Path, mine: SystemState) -> None:
    """There may be nothing to forget."""
    state.write_state(mine)
    state.forget()
    state.forget()
    assert state.read_state() is None
