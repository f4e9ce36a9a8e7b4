"""What travels between a process and its child: frames, and those of a sandbox, a document or what was found in it.

A frame is several pieces, so that megabytes are neither joined nor copied on their way. MessagePack rather than pickle,
because a child that a hostile document took over must not be able to run code in its parent.
"""

import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import IO

import msgspec

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract.encodings import encodable
from mailroom.extract.results import Extracted, Limits, PagesFound, Part, PartsFound, TextFound
from mailroom.extract.sniffing import Kind

Frame = Sequence[bytes]
"""Pieces, at least one."""

_FOUND: dict[str, type[Extracted]] = {kind.__name__: kind for kind in (TextFound, PagesFound, PartsFound)}


class _Request(msgspec.Struct, frozen=True):
    """What a document is and how much of it to look at; its bytes are the frame's second piece."""

    kind: Kind
    limits: Limits


class _PartHead(msgspec.Struct, frozen=True, omit_defaults=True):
    """A part without its bytes: they are a piece of the frame."""

    file_name: str | None = None
    declared: str | None = None


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was found, by its class's name, or the reason and message of a refusal."""

    found: str = ""
    value: msgspec.Raw = msgspec.Raw(b"\xc0")
    parts: tuple[_PartHead, ...] = ()
    refused: str = ""
    message: str = ""


def write(pipe: IO[bytes], frame: Frame) -> None:
    """Write one frame: how many pieces, the length of each, the pieces.

    Raises:
        BrokenPipeError: The other side is gone.
    """
    pipe.write(struct.pack(f">{1 + len(frame)}Q", len(frame), *map(len, frame)))
    for piece in frame:
        pipe.write(piece)
    pipe.flush()


def read(pipe: IO[bytes]) -> list[bytes]:
    """Wait for one frame and read it.

    Raises:
        EOFError: The other side is gone.
    """
    (count,) = struct.unpack(">Q", _exactly(pipe, 8))
    lengths = struct.unpack(f">{count}Q", _exactly(pipe, 8 * count))
    return [_exactly(pipe, length) for length in lengths]


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data


def encode_request(data: bytes, kind: Kind, limits: Limits) -> Frame:
    """A document, what it is and how much of it to look at."""
    return [msgspec.msgpack.encode(_Request(kind, limits)), data]


def decode_request(frame: Frame) -> tuple[bytes, Kind, Limits]:
    """The document, what it is, and the limits, out of a frame."""
    head, data = frame
    request = msgspec.msgpack.decode(head, type=_Request)
    return data, request.kind, request.limits


def encode_answer(answer: Extracted | MalformedRecord) -> Frame:
    """A result or a refusal; each part's bytes are a piece of their own."""
    if isinstance(answer, MalformedRecord):
        # A message may quote a library that quotes the document: lone surrogates cannot be encoded.
        refusal = _Answer(refused=answer.reason, message=encodable(str(answer)))
        return [msgspec.msgpack.encode(refusal)]
    if isinstance(answer, PagesFound):
        return _found(answer, ())
    return _found(replace(answer, parts=()), answer.parts)


def _found(bare: Extracted, parts: tuple[Part, ...]) -> Frame:
    heads = tuple(_PartHead(part.file_name, part.declared) for part in parts)
    head = _Answer(type(bare).__name__, msgspec.Raw(msgspec.msgpack.encode(bare)), heads)
    return [msgspec.msgpack.encode(head), *(part.content for part in parts)]


def decode_answer(frame: Frame) -> Extracted:
    """The result out of a frame.

    Raises:
        MalformedRecord: The document was refused.
    """
    answer = msgspec.msgpack.decode(frame[0], type=_Answer)
    if answer.refused:
        raise MalformedRecord(Reason(answer.refused), answer.message)
    found = msgspec.msgpack.decode(answer.value, type=_FOUND[answer.found])
    if isinstance(found, PagesFound) or not answer.parts:
        return found
    named = zip(frame[1:], answer.parts, strict=True)
    return replace(found, parts=tuple(Part(data, head.file_name, head.declared) for data, head in named))
