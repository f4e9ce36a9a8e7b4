"""What the verbs do: the real log, the pure parts, and the answer."""

import heapq
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailroom import profiles
from mailroom.contracts import codec
from mailroom.contracts import headers as h
from mailroom.contracts.errors import MailroomError, UsageError
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.dead_letters import drawing
from mailroom.dead_letters.letters import Letter, letter_of
from mailroom.dead_letters.redriving import Redrive, Redriven, marks
from mailroom.dead_letters.selection import Selection, selection
from mailroom.objects import ObjectStore
from mailroom.settings import Settings, load_settings
from mailroom.streams.clock import SystemClock
from mailroom.streams.kafka import require_broker
from mailroom.streams.kafka_snapshot import KafkaSnapshot
from mailroom.streams.kafka_transactions import KafkaTransactions
from mailroom.terminal import INTERRUPTED, emit

WRITER = "mailroom-redrive"
"""The writer's transactional id: of two redrives at a time the later stops the earlier, so that none sends twice."""


class NoSuchLetter(MailroomError):
    """Nothing in the dead letters has this name."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which rows are listed: `limit` of them after `skip` others, those that were redriven among them or not."""

    limit: int
    skip: int
    redriven: bool


@dataclass(frozen=True, slots=True)
class Showing:
    """The arguments of `show`."""

    name: str
    content: bool = False
    output: Path | None = None


@dataclass(frozen=True, slots=True)
class Redriving:
    """The arguments of `redrive`."""

    chosen: Selection
    everything: bool = False
    again: bool = False
    limit: int | None = None
    dry_run: bool = False


def chosen(
    reasons: Sequence[str] | None,
    stages: Sequence[str] | None,
    ids: Sequence[str] | None,
    since: str | None,
    until: str | None,
) -> Selection:
    """The flags as a selection; raises `UsageError` as `selection` does."""
    return selection(reasons or (), stages or (), ids or (), since, until, SystemClock.now())


def list_letters(wanted: Selection, page: Page, profile: str | None, *, as_json: bool) -> None:
    """Print a page of letters, and the counts of all."""
    reasons: Counter[str] = Counter()
    stages: Counter[str] = Counter()

    def counted(letters: Iterator[Letter]) -> Iterator[Letter]:
        for letter in letters:
            reasons[letter.failure.reason] += 1
            stages[letter.failure.stage] += 1
            yield letter

    with _log(_settings(profile)) as log:
        letters = counted(_letters(log, wanted, redriven=page.redriven))
        newest = heapq.nlargest(page.skip + page.limit, letters, key=_age)
    rows = newest[page.skip :]
    result = {
        "count": reasons.total(),
        "by_reason": dict(reasons.most_common()),
        "by_stage": dict(stages.most_common()),
        "skipped": page.skip,
        "letters": [drawing.row(letter) for letter in rows],
    }
    emit(result, as_json=as_json, render=lambda console: drawing.draw_list(console, result))


def show(request: Showing, profile: str | None, *, as_json: bool) -> None:
    """Print a letter, or write its document's bytes.

    Raises:
        UsageError: Bytes and JSON are both asked of standard output, or the file is there already.
        NoSuchLetter: There is none.
    """
    if request.content and (as_json or request.output):
        raise UsageError("--content writes bytes alone: leave --json and --output")
    settings = _settings(profile)
    with _log(settings) as log:
        record, letter, count = _named(log, request.name)
    if request.content:
        sys.stdout.buffer.write(_bytes_of(record, settings))
        return
    if request.output is not None:
        _write_new(request.output, _bytes_of(record, settings))
    result = drawing.whole(letter, count)
    emit(result, as_json=as_json, render=lambda console: drawing.draw_letter(console, result))


def redrive(request: Redriving, profile: str | None, *, as_json: bool) -> int:
    """Send letters again; the exit status, 1 where one could not be.

    Raises:
        UsageError: It is not said which, and not that all are meant either.
    """
    if request.chosen.everything != request.everything:
        raise UsageError("say which: --reason, --stage, --id, --since, --until; or --all, and none of these")
    settings = _settings(profile)
    found: list[Redriven] = []
    interrupted = False
    with _log(settings) as log:
        writer = None if request.dry_run else KafkaTransactions(settings.kafka, WRITER)
        work = Redrive(log, writer, SystemClock(), request.again, request.limit)
        try:
            found.extend(work.run(request.chosen))
        except KeyboardInterrupt:  # what was committed is in the log, and must be told
            interrupted = True
    result = drawing.redriven(work, found, dry_run=request.dry_run)
    emit(result, as_json=as_json, render=lambda console: drawing.draw_redriven(console, result))
    return INTERRUPTED if interrupted else int(bool(result["failed"]))


def _settings(profile: str | None) -> Settings:
    settings = profiles.resolve(profile, load_settings())
    require_broker(settings.kafka)
    return settings


@contextmanager
def _log(settings: Settings) -> Iterator[KafkaSnapshot]:
    log = KafkaSnapshot(settings.kafka)
    try:
        yield log
    finally:
        log.close()


def _letters(log: KafkaSnapshot, wanted: Selection, *, redriven: bool) -> Iterator[Letter]:
    marked = marks(log)
    for record in log.records(Topic.DEAD_LETTER):
        letter = letter_of(record, redriven=str(record.position) in marked)
        if wanted.takes(letter) and (redriven or not letter.redriven):
            yield letter


def _age(letter: Letter) -> tuple[float, int, int]:
    return (letter.at or 0.0, letter.place.partition, letter.place.offset)


def _named(log: KafkaSnapshot, name: str) -> tuple[Record, Letter, int]:
    """The newest letter of a name, and how many the document has."""
    wanted = Selection(ids=frozenset({name}))
    count, newest = 0, None
    for letter in _letters(log, wanted, redriven=True):
        count += 1
        newest = letter if newest is None else max(newest, letter, key=_age)
    record = None if newest is None else log.at(newest.place)
    if newest is None or record is None:
        raise NoSuchLetter(
            f"no dead letter of {name!r:.200}: `mailroom dead-letters list` tells which there are"
        )
    return record, newest, count


def _bytes_of(record: Record, settings: Settings) -> bytes:
    """The document's bytes, from the object store where the record has only their reference."""
    reference = codec.text_header(record, h.DATAREF)
    if record.value or reference is None:
        return record.value or b""
    return ObjectStore(settings.objects.uri).get(reference, sha256=codec.text_header(record, h.SHA256))


def _write_new(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already: name a new file") from error
    except OSError as error:
        raise MailroomError(f"{path} cannot be written: {error.strerror}") from error
