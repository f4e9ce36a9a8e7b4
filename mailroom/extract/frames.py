"""What travels between a sandbox and its child: frames of a length and bytes, holding a document or what was found.

MessagePack rather than pickle, because a child that a hostile document took over must not be able to run code in its
parent, and rather than JSON, because parts of a document are bytes.
"""

import json
from dataclasses import asdict
from typing import IO

import msgspec

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.encodings import encodable
from mailroom.extract.results import Extracted, Limits, PagesFound, PartsFound, TextFound
from mailroom.extract.sniffing import Kind

_LENGTH_BYTES = 8
_FOUND: dict[str, type[Extracted]] = {kind.__name__: kind for kind in (TextFound, PagesFound, PartsFound)}


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found, by its class's name, or the reason and message of a refusal."""

    found: str = ""
    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    refused: str = ""
    message: str = ""


def write(pipe: IO[bytes], frame: bytes) -> None:
    """Write one frame.

    Raises:
        BrokenPipeError: The other side is gone.
    """
    pipe.write(len(frame).to_bytes(_LENGTH_BYTES, "big"))
    pipe.write(frame)
    pipe.flush()


def read(pipe: IO[bytes]) -> bytes:
    """Wait for one frame and read it.

    Raises:
        EOFError: The other side is gone.
    """
    length = int.from_bytes(_exactly(pipe, _LENGTH_BYTES), "big")
    return _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def encode_request(data: bytes, kind: Kind, limits: Limits) -> bytes:
    """A document, what it is and how much of it to look at, as one frame: a line of JSON, then the document's bytes."""
    head = {"kind": asdict(kind), "limits": asdict(limits)}
    return json.dumps(head).encode() + b"\n" + data


def decode_request(frame: bytes) -> tuple[bytes, Kind, Limits]:
    """The document, what it is, and the limits, out of a frame."""
    line, _, data = frame.partition(b"\n")
    head = json.loads(line)
    return data, Kind(**head["kind"]), Limits(**head["limits"])


def encode_answer(answer: Extracted | MalformedRecord) -> bytes:
    """A result or a refusal as one frame."""
    if isinstance(answer, MalformedRecord):
        # A message may quote a library that quotes the document: lone surrogates cannot be encoded.
        return msgspec.msgpack.encode(_Answer(refused=answer.reason, message=encodable(str(answer))))
    value = msgspec.Raw(msgspec.msgpack.encode(answer))
    return msgspec.msgpack.encode(_Answer(found=type(answer).__name__, value=value))


def decode_answer(frame: bytes) -> Extracted:
    """The result out of a frame.

    Raises:
        MalformedRecord: The document was refused.
    """
    answer = msgspec.msgpack.decode(frame, type=_Answer)
    if answer.refused:
        raise MalformedRecord(Reason(answer.refused), answer.message)
    return msgspec.msgpack.decode(answer.value, type=_FOUND[answer.found])
