"""A model behind HTTP as the core sees one.

A lost answer does not tell whose fault it was, the model's or a document's, so that is found out. While the model is
away nothing is sent but the question whether it is ready. When it is back, the documents of the lost request are sent
one by one; one that has cost three answers, while the model has one for another text, is given up. All others wait for
as long as it takes: a model that is away makes no dead letters.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from classifier_service.errors import ModelUnavailable, ServiceFailed
from classifier_service.remote import wire
from classifier_service.remote.client import AnswerLost, Client
from classifier_service.remote.wire import Scores
from mailroom.model_package import Manifest
from mailroom.telemetry.remote import RemoteMetrics
from mailroom.textprep import PREP_VERSION

DOCUMENTS = 64
"""Texts in one request."""

LAST_ANSWER = 3
"""Answers that a document may cost before it is given up."""

HARMLESS = "Dear Sir or Madam"
"""A text that no model should fall over."""

REMEMBERED = 10_000
"""Documents that are sent alone, at most; they are forgotten together."""


@dataclass(slots=True)
class RemoteModel:
    """Asks a model; safe for threads.

    Attributes:
        client: Speaks to it.
        manifest: What it said of itself at the start.
        metrics: Told whether it answers, and in what time.
    """

    client: Client
    manifest: Manifest
    metrics: RemoteMetrics
    _away: threading.Event = field(default_factory=threading.Event)
    _suspects: set[bytes] = field(default_factory=set)
    _costs: Counter[bytes] = field(default_factory=Counter)

    def predict(self, texts: Sequence[str]) -> Scores:
        """Probabilities (texts, labels); not a number for a text that was given up.

        Raises:
            DocumentsRefused: The model will not have one of them.
            ModelUnavailable: It does not answer now; nothing is known of the texts.
            ServiceFailed: Another model answers than at the start.
        """
        self._require_ready()
        return np.concatenate([self._ask(part) for part in self._parts(texts)])

    def _parts(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        """Texts as they are sent: together, but each that an answer was lost with alone."""
        together: list[str] = []
        for text in texts:
            alone = _digest(text) in self._suspects
            if together and (alone or len(together) == DOCUMENTS):
                yield together
                together = []
            if alone:
                yield [text]
            else:
                together.append(text)
        if together:
            yield together

    def _ask(self, texts: Sequence[str]) -> Scores:
        digests = [_digest(text) for text in texts] if self._suspects else []
        if len(digests) == 1 and self._costs[digests[0]] >= LAST_ANSWER:
            self._infer([HARMLESS])
            return np.full((1, len(self.manifest.labels)), np.nan)
        try:
            rows = self._infer(texts)
        except AnswerLost:
            self._suspect(texts)
            raise
        self._clear(digests)
        return rows

    def _infer(self, texts: Sequence[str]) -> Scores:
        try:
            with self.metrics.timed():
                body = self.client.infer(wire.encode(texts))
            rows, version = wire.decode_answer(body, len(texts), len(self.manifest.labels))
        except wire.NoAnswer as error:
            self._lose()
            raise AnswerLost(f"{self.client.address} does not keep the protocol: {error}") from error
        except ModelUnavailable:
            self._lose()
            raise
        self._require_same(version)
        return rows

    def _lose(self) -> None:
        self._away.set()
        self.metrics.up(is_up=False)

    def _suspect(self, texts: Sequence[str]) -> None:
        if len(self._suspects) > REMEMBERED:
            self._suspects.clear()
            self._costs.clear()
        digests = [_digest(text) for text in texts]
        self._suspects.update(digests)
        if len(digests) == 1:
            self._costs.update(digests)

    def _clear(self, digests: Sequence[bytes]) -> None:
        for digest in digests:
            self._suspects.discard(digest)
            self._costs.pop(digest, None)

    def _require_ready(self) -> None:
        if not self._away.is_set():
            return
        if not self.client.ready():
            raise ModelUnavailable(
                f"no model is ready at {self.client.address}: start it, or look at its logs"
            )
        self._away.clear()
        self.metrics.up(is_up=True)

    def _require_same(self, version: str) -> None:
        if version and version != self.manifest.version:
            raise ServiceFailed(
                f"the model at {self.client.address} changed from version {self.manifest.version!r} to {version!r}: "
                "the service must be started again"
            )


def connect(client: Client, metrics: RemoteMetrics) -> RemoteModel:
    """Ask a model what it is.

    Raises:
        ModelUnavailable: It does not answer.
    """
    metadata = client.metadata()
    metrics.up(is_up=True)
    manifest = Manifest(
        name=metadata.name,
        version=metadata.version,
        kernel="foreign",
        input_kind="text",
        labels=metadata.labels,
        thresholds={},
        prep_version=PREP_VERSION,
        libraries={},
        data_fingerprint="",
        metrics={},
        digest=metadata.properties.digest,
    )
    return RemoteModel(client, manifest, metrics)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
