"""Ports: fixed ones, remembered ones, fresh ones."""

import json
import socket
from pathlib import Path

import pytest

from mailroom.embedded import ports


def test_remembered_ports_are_used_again_while_they_are_free() -> None:
    """A restart listens where clients expect it."""
    chosen = ports.choose(["a", "b"], {"a": 7001, "b": 7002}, {}, free=lambda _: True, fresh=lambda: 9999)
    assert chosen == {"a": 7001, "b": 7002}


def test_a_remembered_port_that_is_taken_is_replaced() -> None:
    """Another program on the old port costs a new port, not the start."""
    chosen = ports.choose(["a"], {"a": 7001}, {}, free=lambda port: port != 7001, fresh=lambda: 9999)
    assert chosen == {"a": 9999}


def test_a_fixed_port_goes_before_a_remembered_one() -> None:
    """What a person asks for counts."""
    chosen = ports.choose(["a"], {"a": 7001}, {"a": 8001}, free=lambda _: True, fresh=lambda: 9999)
    assert chosen == {"a": 8001}


def test_a_fixed_port_that_is_taken_is_refused_in_one_line() -> None:
    """The message names the port and what to do."""
    with pytest.raises(
        ports.PortTaken, match=r"^port 8001 is taken by another program: .*another with --port$"
    ):
        ports.choose(["a"], {}, {"a": 8001}, free=lambda _: False)


def test_two_names_never_get_the_same_port() -> None:
    """A fixed port that another name remembers is given once, and fresh ones differ."""
    fresh = iter([8001, 9001, 9001, 9002])
    chosen = ports.choose(
        ["a", "b", "c"], {"b": 8001}, {"a": 8001}, free=lambda _: True, fresh=lambda: next(fresh)
    )
    assert chosen == {"a": 8001, "b": 9001, "c": 9002}


def test_a_port_with_a_listener_is_not_free() -> None:
    """Freedom is found by trying, on the loopback address."""
    with socket.create_server((ports.LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        assert (ports.is_free(port), ports.is_open(port)) == (False, True)
    assert (ports.is_free(port), ports.is_open(port)) == (True, False)


def test_ports_are_kept_in_a_file(tmp_path: Path) -> None:
    """The second start reads what the first one wrote."""
    first = ports.remember(tmp_path / "ports.json", ["a", "b"], {})
    assert json.loads((tmp_path / "ports.json").read_text()) == first
    assert ports.remember(tmp_path / "ports.json", ["a", "b"], {}) == first


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": "x"}'])
def test_a_broken_file_of_ports_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    """Half a file from a full disk does not stop a start."""
    (tmp_path / "ports.json").write_text(content)
    assert ports.remember(tmp_path / "ports.json", ["a"], {})["a"] > 0
