"""`POST /classify`: files of any supported type, or texts as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from classifier_service.classifier import Outcome
from classifier_service.intake import Original
from classifier_service.labelling import Labeller
from classifier_service.refusal import Refusal
from classifier_service.rest.answers import labelled, refused, results
from classifier_service.rest.forms import documents_of
from classifier_service.rest.problems import status_of
from mailroom.web.bodies import NO_JSON, BodyReader
from mailroom.web.http import Answer, Request, RequestRefused
from mailroom.web.problems import PROBLEM

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"
MAX_DOCUMENTS = 1000
WHAT_IS_TAKEN = (
    'send a file (`curl -F file=@NAME`), or JSON such as {"text": "…"} or {"documents": [{"text": "…"}]}'
)

_ENCODER = msgspec.json.Encoder()


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text.

    Attributes:
        text: The document.
        id: The caller's name for it.
    """

    text: str
    id: str | None = None


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several texts."""

    documents: list[Text]


_ONE = msgspec.json.Decoder(Text)
_MANY = msgspec.json.Decoder(Texts)


@dataclass(frozen=True, slots=True)
class Classify:
    """The operation's handler."""

    labeller: Labeller
    bodies: BodyReader

    async def __call__(self, request: Request) -> Answer:
        """Label what the request holds.

        Raises:
            RequestRefused: It holds no document, or too many.
            Overloaded: Too much waits already.
        """
        self.labeller.require_room()
        body = await self.bodies.read(request)
        if request.media_type == MULTIPART:
            given = await documents_of(request, body)
            return await self._answer(request, given, several=len(given) > 1)
        if request.media_type == "application/json":
            given, several = texts_of(request, body)
            return await self._answer(request, given, several=several)
        return await self._answer(request, [file_of(request, body)], several=False)

    async def _answer(self, request: Request, given: Sequence[Original], *, several: bool) -> Answer:
        if len(given) > MAX_DOCUMENTS:
            message = f"{len(given)} documents in one request, {MAX_DOCUMENTS} are taken: send them in parts"
            raise RequestRefused(413, message)
        outcomes = await self.labeller.label(self.labeller.models.current, given)
        if several:
            return Answer(200, _ENCODER.encode(results([item.id for item in given], outcomes)))
        return _single(outcomes[0], request.id)


def texts_of(request: Request, body: bytes) -> tuple[list[Original], bool]:
    """The texts of a JSON body, and whether there may be several.

    Raises:
        RequestRefused: 422 where it is no JSON of ours.
    """
    try:
        return [_given(_ONE.decode(body), request.id)], False
    except NO_JSON as single:
        try:
            many = _MANY.decode(body)
        except NO_JSON as several:
            error = several if b'"documents"' in body else single
            raise _no_texts(error) from error
    if not many.documents:
        raise RequestRefused(422, f"the list of documents is empty: {WHAT_IS_TAKEN}")
    return [_given(item, f"{request.id}-{place}") for place, item in enumerate(many.documents)], True


def file_of(request: Request, body: bytes) -> Original:
    """A body that is the document itself.

    Raises:
        RequestRefused: 415 where it is a form of fields, which no document is.
    """
    if request.media_type == FORM:
        raise RequestRefused(415, f"{FORM} holds no document: {WHAT_IS_TAKEN}")
    return Original(request.id, body, media_type=request.media_type or None)


def _given(item: Text, identifier: str) -> Original:
    return Original(identifier if item.id is None else item.id, item.text)


def _single(outcome: Outcome, request_id: str) -> Answer:
    if isinstance(outcome, Refusal):
        return Answer(status_of(outcome), _ENCODER.encode(refused(outcome, request_id)), PROBLEM)
    return Answer(200, _ENCODER.encode(labelled(outcome)))


def _no_texts(error: Exception) -> RequestRefused:
    status = 422 if isinstance(error, msgspec.ValidationError) else 400
    return RequestRefused(status, f"no such JSON ({error}): {WHAT_IS_TAKEN}")
