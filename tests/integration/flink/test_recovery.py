"""Kills and stops in the middle of a run: nothing lost, nothing twice."""

from collections import Counter
from typing import Any

import pytest

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic

pytestmark = [pytest.mark.flink, pytest.mark.kafka, pytest.mark.timeout(600)]

COUNT = 2_000
RESULTS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER)


def run_of(name: str) -> list[Record]:
    """Two thousand documents, twenty of them bad, and ten ids that come again at the end."""
    numbers = [*range(COUNT), *range(0, COUNT, COUNT // 10)]
    return [_document(f"{name}-{number}", number) for number in numbers]


def _document(identifier: str, number: int) -> Record:
    text = f"Invoice number {number}: please pay the amount within thirty days." * 10
    value = b"\x00\x01\x02\xff" if number % 100 == 7 else text.encode()
    return Record(Topic.RAW, identifier.encode(), value, (("ce_id", identifier.encode()),))


def ids(flow: Any, name: str, *topics: Topic) -> Counter[str]:
    """How often each id of a run is in some topics."""
    found = (
        identifier for topic in topics for identifier, records in flow.by_id(topic).items() for _ in records
    )
    return Counter(identifier for identifier in found if identifier.startswith(f"{name}-"))


def assert_conserved(flow: Any, name: str) -> None:
    """Every id once among the results, in the topic where it belongs, and the repeated ones among the duplicates."""
    everyone = {f"{name}-{number}" for number in range(COUNT)}
    bad = {f"{name}-{number}" for number in range(7, COUNT, 100)}
    assert ids(flow, name, *RESULTS) == Counter(everyone)
    assert set(ids(flow, name, Topic.DEAD_LETTER)) == bad
    assert ids(flow, name, Topic.DUPLICATES) == Counter(f"{name}-{number}" for number in range(0, COUNT, 200))


def test_kill_in_the_middle_of_a_run(job: Any, flow: Any) -> None:
    """Killed after some of its output was committed, and again at once, it goes on where its checkpoint was."""
    job.start()
    job.wait_ready()
    records = run_of("kill")
    flow.send(*records[:1_000])
    flow.wait_for_more(100)
    job.kill()
    flow.send(*records[1_000:])
    job.start()
    flow.wait_for_more(300)
    job.kill()
    job.start()
    flow.settle(len(records))
    assert_conserved(flow, "kill")


def test_clean_stop_in_the_middle_of_a_run(job: Any, flow: Any) -> None:
    """On SIGTERM the process ends by itself within ten seconds, and the next one goes on."""
    before = flow.count()
    job.wait_ready()
    records = run_of("stop")
    flow.send(*records)
    flow.wait_for_more(100)
    job.ask_to_stop()
    assert job.wait_stopped(10.0) == 0
    job.start()
    flow.settle(before + len(records))
    assert_conserved(flow, "stop")
