"""Records written together or not at all, by a producer that is the only one of its name."""

from collections.abc import Sequence
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Producer
from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_fixed

from mailroom.contracts.records import Record
from mailroom.contracts.topics import MAX_DEAD_LETTER_BYTES
from mailroom.settings import KafkaSettings
from mailroom.streams.errors import LogUnavailable, StreamError, WorkLost
from mailroom.streams.kafka import QUIET, no_broker, produce

COMMIT = Retrying(
    retry=retry_if_exception(lambda error: isinstance(error, KafkaException) and error.args[0].retriable()),
    stop=stop_after_delay(30),
    wait=wait_fixed(0.1),
    reraise=True,
)
"""A commit that timed out may have happened: only asking again tells."""

OPEN_MILLISECONDS = 10_000
"""What a transaction may take, and so for how long readers wait behind a writer that was killed in one."""


class _AfterRefusal(WorkLost):
    """The transaction after one whose record was refused: the client numbers on from that, once."""


class KafkaTransactions:
    """Writes records in transactions.

    Args:
        kafka: The connection.
        name: Unique for a purpose: a second writer of the same name stops the first, and what that had open is undone.

    Raises:
        LogUnavailable: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self._name = name
        self._producer = Producer(
            {
                **kafka.client(),
                **QUIET,
                "transactional.id": name,
                "transaction.timeout.ms": OPEN_MILLISECONDS,
                "message.max.bytes": MAX_DEAD_LETTER_BYTES,
                "compression.type": "lz4",
                "linger.ms": 5,
            }
        )
        try:
            self._producer.init_transactions(60)
        except KafkaException as error:
            raise LogUnavailable(no_broker(kafka)) from error

    def write(self, records: Sequence[Record]) -> None:
        """Write records in one transaction.

        Raises:
            WorkLost: The log refused it; nothing of it is visible.
            StreamError: Another writer of this name has taken over, or the log is lost.
        """
        try:
            self._write(records)
        except _AfterRefusal:
            self._write(records)

    def _write(self, records: Sequence[Record]) -> None:
        try:
            self._producer.begin_transaction()
            for record in records:
                produce(self._producer, record)
            COMMIT(self._producer.commit_transaction)
        except KafkaException as error:
            self._undo(error)
        except BaseException:  # Ctrl-C: readers of committed records must not wait for the rest
            with suppress(KafkaException):  # none may be open yet
                self._producer.abort_transaction()
            raise

    def _undo(self, error: KafkaException) -> None:
        cause: KafkaError = error.args[0]
        if cause.fatal():
            raise StreamError(
                f"another {self._name} has taken over, or the log is lost ({cause.str()}): look which of them runs"
            ) from error
        self._producer.abort_transaction()
        if cause.code() == KafkaError.OUT_OF_ORDER_SEQUENCE_NUMBER:
            raise _AfterRefusal(f"the log refused the transaction: {cause.str()}") from error
        raise WorkLost(f"the log refused the transaction: {cause.str()}") from error
