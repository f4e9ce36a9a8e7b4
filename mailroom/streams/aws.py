"""Clients of Amazon's services, and their errors in our words.

By botocore, which s3fs brings everywhere; boto3 would add nothing but its resources.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from mailroom.contracts.errors import MailroomError
from mailroom.settings import KinesisSettings
from mailroom.streams.errors import LogUnavailable, StreamError

Answer = TypeVar("Answer")

TRIES = 8
"""Of one call: throttling and lost connections are waited out by the client, for half a minute or so."""

TRIES_AT_ONCE = 2
"""Where a person waits for the answer."""

BUSY = frozenset({"ProvisionedThroughputExceededException", "ThrottlingException", "LimitExceededException"})


_MAKING = Lock()


def client(service: str, kinesis: KinesisSettings, *, tries: int = TRIES) -> Any:
    """The client of `kinesis` or `dynamodb` for some settings: it costs half a second, and all threads may use it."""
    with _MAKING:
        return asked(lambda: _client(service, kinesis, tries))


@cache
def _client(service: str, kinesis: KinesisSettings, tries: int) -> Any:
    config = Config(
        retries={"mode": "standard", "total_max_attempts": tries}, connect_timeout=5, read_timeout=30
    )
    return _session().create_client(
        service, region_name=kinesis.region, endpoint_url=kinesis.endpoint, config=config
    )


@cache
def _session() -> Any:
    return botocore.session.get_session()


def asked(call: Callable[[], Answer]) -> Answer:
    """The answer of a call.

    Raises:
        LogUnavailable: Nobody answers, or who does is too busy.
        StreamError: It refuses: a stream that is not there, missing rights or keys.
    """
    try:
        return call()
    except ClientError as error:
        raise _refused(error) from error
    except BotoCoreError as error:
        mend = "is the network up, and are kinesis.region, kinesis.endpoint and AWS's keys right?"
        raise LogUnavailable(f"Kinesis cannot be reached ({error}): {mend}") from error


def code_of(error: ClientError) -> str:
    """AWS's name of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _refused(error: ClientError) -> MailroomError:
    code = code_of(error)
    if code in BUSY:
        return LogUnavailable(f"Kinesis is too busy ({code}): give its streams more shards")
    if code == "ResourceNotFoundException":
        return StreamError(f"Kinesis lacks a stream or its table ({error}): `mailroom topics` makes them")
    return StreamError(f"Kinesis refuses: {error}")
