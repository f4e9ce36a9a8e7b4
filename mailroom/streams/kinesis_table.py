"""What must outlive a process on Kinesis, in one DynamoDB table: positions in shards, and what was first.

A shard has one owner, and only its owner moves its position: whoever starts takes its shards, and a predecessor that
still runs finds at its next commit that it is none any more.
"""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from mailroom.settings import KinesisSettings
from mailroom.streams.aws import asked, client, code_of
from mailroom.streams.errors import StreamError

MOST_TOGETHER = 100
"""Items that DynamoDB writes together."""

EXPIRES = "expires"
"""The attribute by which DynamoDB itself removes what is to be forgotten."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A shard that is ours now: read up to `after` (None: nothing yet), at `at` in seconds since the epoch."""

    after: str | None
    at: float


@dataclass(slots=True)
class Positions:
    """The positions of a group in its shards.

    Attributes:
        kinesis: The connection.
        group: Whose they are.
        me: Names this process among the shards' owners.
    """

    kinesis: KinesisSettings
    group: str
    me: str = field(default_factory=lambda: uuid.uuid4().hex)
    _client: Any = None

    def __post_init__(self) -> None:
        self._client = client("dynamodb", self.kinesis)

    def take(self, topic: str, shard: str) -> Taken:
        """Become the owner of a shard."""
        item = asked(
            lambda: self._client.update_item(
                TableName=self.kinesis.table,
                Key=self._key(topic, shard),
                UpdateExpression="SET #owner = :me, #at = if_not_exists(#at, :now)",
                ExpressionAttributeNames={"#owner": "owner", "#at": "at"},
                ExpressionAttributeValues={":me": {"S": self.me}, ":now": _seconds(time.time())},
                ReturnValues="ALL_NEW",
            )["Attributes"]
        )
        after = item.get("after")
        return Taken(None if after is None else after["S"], float(item["at"]["N"]))

    def require(self, shards: Mapping[tuple[str, str], str | None]) -> None:
        """Make sure that shards are still ours.

        Raises:
            StreamError: Another instance has taken one.
        """
        self._together([{"ConditionCheck": {**self._mine(topic, shard)}} for topic, shard in shards])

    def move(self, shards: Mapping[tuple[str, str], str | None]) -> None:
        """Set the positions of shards, all or none.

        Raises:
            StreamError: Another instance has taken one.
        """
        now = _seconds(time.time())
        self._together(
            [
                {
                    "Update": {
                        **self._mine(topic, shard, {"#after": "after", "#at": "at"}),
                        "UpdateExpression": "SET #after = :after, #at = :now",
                        "ExpressionAttributeValues": {
                            ":me": {"S": self.me},
                            ":after": {"S": after},
                            ":now": now,
                        },
                    }
                }
                for (topic, shard), after in shards.items()
                if after is not None
            ]
        )

    def _together(self, items: list[dict[str, Any]]) -> None:
        for start in range(0, len(items), MOST_TOGETHER):
            self._write(items[start : start + MOST_TOGETHER])

    def _write(self, items: list[dict[str, Any]]) -> None:
        try:
            asked(lambda: self._client.transact_write_items(TransactItems=items))
        except StreamError as error:
            cause = error.__cause__
            if not (isinstance(cause, ClientError) and code_of(cause) == "TransactionCanceledException"):
                raise
            raise StreamError(
                "another instance has taken a shard of this one: give each a kinesis.member of its own"
            ) from error

    def _mine(self, topic: str, shard: str, names: Mapping[str, str] | None = None) -> dict[str, Any]:
        return {
            "TableName": self.kinesis.table,
            "Key": self._key(topic, shard),
            "ConditionExpression": "#owner = :me",
            "ExpressionAttributeNames": {"#owner": "owner", **(names or {})},
            "ExpressionAttributeValues": {":me": {"S": self.me}},
        }

    def _key(self, topic: str, shard: str) -> dict[str, Any]:
        return {"id": {"S": f"position {self.group} {self.kinesis.prefix}{topic} {shard}"}}


@dataclass(slots=True)
class Firsts:
    """Who came first with something: an id, a content; forgotten after a time.

    Attributes:
        kinesis: The connection.
        scope: Keeps the firsts of several stages apart.
        seconds: How long one is remembered.
    """

    kinesis: KinesisSettings
    scope: str
    seconds: float
    _client: Any = None

    def __post_init__(self) -> None:
        self._client = client("dynamodb", self.kinesis)

    def first(self, what: str, who: str) -> str:
        """Who came first with it: `who`, unless somebody did before; asked again, the answer stays."""
        return asked(lambda: self._first(what, who, time.time()))

    def _first(self, what: str, who: str, now: float) -> str:
        try:
            self._client.put_item(
                TableName=self.kinesis.table,
                Item={
                    "id": {"S": f"first {self.scope} {self.kinesis.prefix} {what}"},
                    "who": {"S": who},
                    EXPIRES: {"N": str(int(now + self.seconds))},
                },
                ConditionExpression="attribute_not_exists(id) OR #expires < :now",
                ExpressionAttributeNames={"#expires": EXPIRES},
                ExpressionAttributeValues={":now": {"N": str(int(now))}},
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return str(error.response["Item"]["who"]["S"])
        return who


def _seconds(value: float) -> dict[str, str]:
    return {"N": f"{value:.3f}"}
