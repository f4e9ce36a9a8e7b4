"""Requests to a model, and what each way of failing means.

refused     400, 413, 415, 422: the model looked at the documents and will not have them
lost        the connection broke, or time ran out, after they were sent: they may have killed it, or something else
away        everything else: nobody listens, 401, 404, 429, 503 …: no document's fault, and worth waiting for
"""

from dataclasses import dataclass, field

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from classifier_service.errors import ModelUnavailable
from classifier_service.remote import wire
from mailroom.settings import RemoteSettings

REFUSALS = frozenset({400, 413, 415, 422})
OK = 200

CONNECT_SECONDS = 2.0
READY_SECONDS = 2.0

_RETRIES = urllib3.Retry(
    total=None,
    connect=2,
    read=0,
    status=2,
    redirect=0,
    other=0,
    allowed_methods=None,
    status_forcelist=(429, 502, 503, 504),
    backoff_factor=0.2,
    raise_on_status=False,
    retry_after_max=5,
)
"""A blip is nobody's business; what lasts longer is the door's, which lets the log wait meanwhile."""


class DocumentsRefused(ValueError):
    """The model looked at the documents and refused them."""


class AnswerLost(ModelUnavailable):
    """The model had the documents and gave no answer."""


@dataclass(slots=True)
class Client:
    """Speaks to one model; safe for threads.

    Attributes:
        settings: Where it is.
    """

    settings: RemoteSettings
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=8))

    @property
    def address(self) -> str:
        """The model's URL."""
        return f"{str(self.settings.url).rstrip('/')}/v2/models/{self.settings.model}"

    def metadata(self) -> wire.Metadata:
        """What the model says of itself.

        Raises:
            ModelUnavailable: It does not answer, or not as the protocol has it.
        """
        try:
            return wire.decode_metadata(self._exchange("GET", "", READY_SECONDS))
        except (wire.NoAnswer, DocumentsRefused) as error:
            raise ModelUnavailable(f"{self.address} is no model: {error}") from error

    def ready(self) -> bool:
        """Whether it takes requests."""
        try:
            self._exchange("GET", "/ready", READY_SECONDS)
        except (ModelUnavailable, DocumentsRefused):
            return False
        return True

    def infer(self, request: bytes) -> bytes:
        """Send an inference.

        Raises:
            DocumentsRefused: The model refused the documents.
            AnswerLost: It had them and gave no answer.
            ModelUnavailable: It could not be asked.
        """
        return self._exchange("POST", "/infer", self.settings.timeout_seconds, request)

    def _exchange(self, method: str, path: str, seconds: float, body: bytes | None = None) -> bytes:
        try:
            answer = self._pool.request(
                method,
                self.address + path,
                body=body,
                headers=self._headers(),
                timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds),
                retries=_RETRIES,
            )
        except HTTPError as error:
            raise self._failure(error) from error
        if answer.status == OK:
            return answer.data
        if answer.status in REFUSALS:
            raise DocumentsRefused(f"status {answer.status}")
        raise self._status(answer.status)

    def _headers(self) -> dict[str, str]:
        token = self.settings.token
        secret = {} if token is None else {"authorization": f"Bearer {token.get_secret_value()}"}
        return {"content-type": "application/json", "accept": "application/json", **secret}

    def _status(self, status: int) -> ModelUnavailable:
        if status == 500:  # noqa: PLR2004 - a handler that fell over: perhaps of a document
            return AnswerLost(f"the model at {self.address} failed (status 500): look at its logs")
        return ModelUnavailable(f"the model at {self.address} answers with status {status}: {_mend(status)}")

    def _failure(self, error: HTTPError) -> ModelUnavailable:
        cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        kind = type(cause).__name__
        if isinstance(cause, NewConnectionError | urllib3.exceptions.ConnectTimeoutError):
            return ModelUnavailable(f"no model answers at {self.address} ({kind}): start it")
        return AnswerLost(f"the model at {self.address} gave no answer ({kind}): look at its logs")


def _mend(status: int) -> str:
    mends = {
        401: "set classifier.remote.token",
        403: "set classifier.remote.token",
        404: "set classifier.remote.model to its name",
    }
    return mends.get(status, "look at its logs")
