"""Faust's way to the log, which reads committed records alone.

Faust reads uncommitted ones unless it writes in transactions itself, and then loses its guarantees when it is killed.
Labels are written in transactions: those of an aborted one never were.
"""

import ssl
from typing import Any, ClassVar, cast

import faust
from aiokafka import AIOKafkaConsumer
from faust.auth import SASLCredentials, SSLCredentials
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Consumer, Transport
from faust.types.transports import ConsumerT

from mailroom.settings import KafkaSettings

READ_COMMITTED = "read_committed"
BROKERS_OWN = -1
"""How many copies a changelog has is for the broker to say (`default.replication.factor`); Faust would ask for one."""


class CommittedThread(AIOKafkaConsumerThread):
    """The thread that reads."""

    def _create_worker_consumer(self, transport: Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Faust has no setting for it; the consumer looks at it when it starts. A test reads past an aborted
        # transaction, so that another aiokafka cannot change this unseen.
        consumer._isolation_level = READ_COMMITTED  # noqa: SLF001
        return consumer


class CommittedConsumer(Consumer):
    """What makes the thread."""

    def _new_consumer_thread(self) -> AIOKafkaConsumerThread:
        return CommittedThread(self, loop=self.loop, beacon=self.beacon)


class CommittedTransport(Transport):
    """What makes the consumer, and the changelog."""

    Consumer: ClassVar[type[ConsumerT]] = cast("type[ConsumerT]", CommittedConsumer)

    async def _create_topic(
        self, owner: Any, client: Any, topic: str, partitions: int, replication: int, **named: Any
    ) -> None:
        del replication
        await super()._create_topic(owner, client, topic, partitions, BROKERS_OWN, **named)


class CommittedApp(faust.App):
    """An application on committed records."""

    def _new_transport(self) -> Any:
        return CommittedTransport(self.conf.broker_consumer, self)


def connection(kafka: KafkaSettings) -> dict[str, Any]:
    """How to reach the log, in Faust's names."""
    servers = [f"aiokafka://{server.strip()}" for server in kafka.bootstrap.split(",")]
    return {"broker": servers} | _credentials(kafka)


def _credentials(kafka: KafkaSettings) -> dict[str, Any]:
    context = ssl.create_default_context() if kafka.security_protocol.endswith("SSL") else None
    if kafka.security_protocol.startswith("SASL"):
        password = kafka.sasl_password.get_secret_value() if kafka.sasl_password else None
        credentials = SASLCredentials(
            username=kafka.sasl_username,
            password=password,
            mechanism=kafka.sasl_mechanism,
            ssl_context=context,
        )
        return {"broker_credentials": credentials}
    return {} if context is None else {"broker_credentials": SSLCredentials(context)}
