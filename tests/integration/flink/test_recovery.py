"""Kills and stops in the middle of a run: nothing lost, nothing twice."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from mailroom.contracts import codec
from mailroom.contracts.records import Duplicate, Record, TextDocument
from mailroom.contracts.topics import Topic

pytestmark = [pytest.mark.flink, pytest.mark.kafka, pytest.mark.timeout(600)]

COUNT = 2_000
BAD = range(7, COUNT, 100)
ARCHIVES = range(17, COUNT, 100)
COPIES = range(24, COUNT, 100)
EXTRA = len(ARCHIVES) + 1
"""Outputs more than records: an archive gives two, also when it comes again."""
RESULTS = (Topic.TEXT, Topic.SCANNED, Topic.DEAD_LETTER)


@pytest.fixture(scope="module", autouse=True)
def _contents_once() -> Iterator[None]:
    """The job drops a document whose content came before under another id."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MAILROOM_STREAM__SAME_CONTENT", "drop")
        yield


def run_of(name: str) -> list[Record]:
    """Two thousand records, and eleven that come again: some bad, some archives, some of another one's content."""
    numbers = [*range(COUNT), *range(0, COUNT, COUNT // 10), ARCHIVES[0]]
    return [_record(name, number) for number in numbers]


def _record(name: str, number: int) -> Record:
    identifier = f"{name}-{number}".encode()
    return Record(Topic.RAW, identifier, _content(name, number), (("ce_id", identifier),))


def _content(name: str, number: int) -> bytes:
    if number in BAD:
        return b"\x00\x01\x02\xff"
    if number in ARCHIVES:
        return archive(text(name, number, "first"), text(name, number, "second"))
    return text(name, number - 1 if number in COPIES else number).encode()


def text(name: str, number: int, what: str = "") -> str:
    """A text that is like no other one."""
    return f"Invoice {name} number {number} {what}: please pay the amount within thirty days." * 10


def archive(*texts: str) -> bytes:
    """A zip file with some texts in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for number, content in enumerate(texts):
            file.writestr(zipfile.ZipInfo(f"{number}.txt"), content)
    return out.getvalue()


def ids(flow: Any, name: str, *topics: Topic) -> Counter[str]:
    """How often each id of a run is in some topics."""
    found = (
        identifier for topic in topics for identifier, records in flow.by_id(topic).items() for _ in records
    )
    return Counter(identifier for identifier in found if identifier.startswith(f"{name}-"))


def assert_conserved(flow: Any, name: str) -> None:
    """Every id once among the results, but for archives, whose parts are; what came before is among the duplicates."""
    copies = {f"{name}-{number}" for number in COPIES} | {f"{name}-{number - 1}" for number in COPIES}
    alone = {f"{name}-{n}" for n in range(COUNT) if n not in ARCHIVES} - copies
    parts = {f"{name}-{number}~{part}" for number in ARCHIVES for part in (1, 2)}
    results = ids(flow, name, *RESULTS)
    assert Counter({each: count for each, count in results.items() if each not in copies}) == Counter(
        alone | parts
    )
    assert set(ids(flow, name, Topic.DEAD_LETTER)) == {f"{name}-{number}" for number in BAD}
    again = Counter([f"{name}-{number}" for number in range(0, COUNT, 200)])
    again += Counter([f"{name}-{ARCHIVES[0]}~{part}" for part in (1, 2)])
    assert ids(flow, name, Topic.DUPLICATES) - again == Counter(copies - set(results))
    assert_one_of_each_content(flow, name, results)


def assert_one_of_each_content(flow: Any, name: str, results: Counter[str]) -> None:
    """Of two documents with the same content one is a result, and the other one's record names it."""
    dropped = flow.by_id(Topic.DUPLICATES)
    for number in COPIES:
        pair = (f"{name}-{number - 1}", f"{name}-{number}")
        [kept] = [identifier for identifier in pair if results[identifier]]
        [other] = [identifier for identifier in pair if identifier != kept]
        [record] = dropped[other]
        duplicate = codec.decode(Duplicate, record.value)
        assert (duplicate.id, duplicate.duplicate_of) == (other, kept)
        source = codec.decode(TextDocument, flow.by_id(Topic.TEXT)[kept][0].value).source
        assert (duplicate.first.partition, duplicate.first.offset) == (source.partition, source.offset)


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
    flow.settle(len(records) + EXTRA)
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
    flow.settle(before + len(records) + EXTRA)
    assert_conserved(flow, "stop")
