import os
import time
from collections.abc import Iterator, Mapping
from random import Random

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.extract import Limits, PartsFound, TextFound
from mailroom.extract.results import Extracted
from mailroom.extract.sandbox import Sandbox, SandboxLimits
from mailroom.textprep import cleanse
from tests.unit.mailroom.extract.mutations import mutated
from tests.unit.mailroom.extract.seeds import seeds

SECONDS = float(os.environ.get("SOAK_SECONDS", "10")) / 2
LIMITS = SandboxLimits(wall_seconds=10, cpu_seconds=10, documents=Limits(max_pages=5, max_pixels=4_000_000))
GRACE = LIMITS.start_seconds * 2 + 20  # a fresh child, twice, and a machine that has other work

pytestmark = pytest.mark.security


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all, as the stream has one for all."""
    with Sandbox(LIMITS) as opened:
        yield opened


@pytest.fixture(scope="module")
def everything() -> Mapping[str, bytes]:
    """A whole document for every parser."""
    return seeds()


@pytest.mark.parametrize("kind", seeds())
def test_whole_documents_are_read(kind: str, everything: Mapping[str, bytes], sandbox: Sandbox) -> None:
    """What the mutator starts from is a document that its parser reads."""
    assert _found(sandbox, everything[kind]) is not None


@pytest.mark.parametrize("kind", seeds())
def test_damaged_documents_are_read_or_refused(
    kind: str, everything: Mapping[str, bytes], sandbox: Sandbox
) -> None:
    """Some documents of each kind, damaged, always the same ones, are read or refused with a reason."""
    chance = Random(kind)
    for _ in range(12):
        _found(sandbox, mutated(everything[kind], list(everything.values()), chance))


@pytest.mark.soak
@pytest.mark.timeout(SECONDS + 300)
def test_no_parser_hangs_or_takes_the_stream_down(everything: Mapping[str, bytes], sandbox: Sandbox) -> None:
    """A mutator over every parser: each document is read or refused within its limits, and the next one is read."""
    seed = int(os.environ.get("SOAK_SEED", time.time()))
    chance, until, count = Random(seed), time.monotonic() + SECONDS, 0
    print(f"SOAK_SEED={seed}")  # noqa: T201 - to do it again
    while time.monotonic() < until:
        kind = chance.choice(list(everything))
        data = mutated(everything[kind], list(everything.values()), chance)
        begun = time.monotonic()
        _found(sandbox, data)
        assert time.monotonic() - begun < LIMITS.wall_seconds + GRACE, kind
        count += 1
    print(f"{count} documents in {SECONDS:g} seconds")  # noqa: T201
    assert _found(sandbox, everything["pdf"]) is not None


def _found(sandbox: Sandbox, data: bytes) -> Extracted | None:
    """What is found, if it keeps its promises; None for a refusal."""
    try:
        found = sandbox.extract(data)
    except MalformedRecord:
        return None
    if isinstance(found, TextFound):
        once = cleanse(found.text).text
        assert cleanse(once).text.encode() == once.encode()
        assert len(found.text) <= LIMITS.documents.max_characters
    if isinstance(found, TextFound | PartsFound):
        assert sum(len(part.content) for part in found.parts) <= LIMITS.documents.max_parts_bytes
        assert not any("/" in (part.file_name or "") for part in found.parts)
    return found
