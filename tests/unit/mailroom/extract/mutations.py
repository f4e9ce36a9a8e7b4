"""Documents made wrong at random, in the ways that matter to parsers, and within the zips of office files."""

import io
import zipfile
from collections.abc import Sequence
from random import Random

_TELLING = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\0\0\0\0",
    b"\x80",
    b"%s",
    b"\r\n\r\n",
    b"<",
    b">",
    b"&#0;",
)


def mutated(seed: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """A document that is like one, and like no other.

    Args:
        seed: A whole document; a zip is often damaged inside, where its checksums do not tell.
        others: Documents that stretches are taken from.
        chance: What decides; the same state gives the same document.
    """
    if seed.startswith(b"PK") and chance.random() < 0.8:
        return _within_zip(seed, others, chance)
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        _damage(data, others, chance)
    return bytes(data)


def _within_zip(seed: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(seed)) as whole,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as damaged,
    ):
        members = whole.infolist()
        chosen = {
            member.filename for member in chance.sample(members, min(len(members), chance.choice((1, 2, 5))))
        }
        for member in members:
            content = bytearray(whole.read(member))
            if member.filename in chosen:
                _damage(content, others, chance)
            damaged.writestr(member.filename, bytes(content))
    return out.getvalue()


def _damage(data: bytearray, others: Sequence[bytes], chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    length = min(chance.choice((1, 2, 4, 16, 64, 1024)), len(data) - at)
    match chance.randrange(7):
        case 0:
            data[at : at + length] = chance.randbytes(length)
        case 1:
            del data[at : at + length]
        case 2:
            data[at:at] = data[at : at + length] * chance.choice((1, 2, 50))
        case 3:
            data[at : at + 4] = chance.choice(_TELLING)
        case 4:
            data[at:at] = chance.choice(_TELLING) * chance.choice((1, 3, 500))
        case 5:
            other = chance.choice(others)
            start = chance.randrange(len(other) + 1)
            data[at : at + length] = other[start : start + length]
        case _:
            del data[at:]
