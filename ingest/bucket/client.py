"""S3 and SQS by boto3: the one module of this door that knows it."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ingest.errors import SourceRefused, SourceUnavailable, Unsendable

_GONE = frozenset({"404", "NoSuchKey", "NoSuchVersion", "PreconditionFailed", "412"})
_REFUSED = frozenset(
    {
        "AccessDenied",
        "403",
        "NoSuchBucket",
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "QueueDoesNotExist",
    }
    | {"AWS.SimpleQueueService.NonExistentQueue", "InvalidBucketName"}
)
CONFIGURATION = Config(connect_timeout=15, read_timeout=60, retries={"mode": "standard", "max_attempts": 3})
NO_VERSION = "null"
"""What S3 calls the version of an object that was put while there was no versioning."""
VISIBLE_AFTER_SECONDS = 300
"""For so long nobody else sees a message that was taken; beyond, it comes again, under the same ids."""
MESSAGES = 10


@dataclass(frozen=True, slots=True)
class Found:
    """An object that a listing told of.

    Attributes:
        key: Its name.
        etag: Without quotes.
        size: Bytes.
        stamp: Changes when it is written anew, even with the same bytes.
    """

    key: str
    etag: str
    size: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a queue: its id, what deletes it, its text, and how often it was delivered."""

    id: str
    receipt: str
    body: str
    deliveries: int


class Bucket:
    """One bucket.

    Args:
        name: Of the bucket.
        endpoint: URL of a server that speaks S3's protocol; AWS itself by default.
    """

    def __init__(self, name: str, endpoint: str | None = None) -> None:
        self.name = name
        with translated(f"bucket {name}"):
            self._client: Any = boto3.client("s3", endpoint_url=endpoint, config=CONFIGURATION)
            self._client.head_bucket(Bucket=name)

    def versioned(self) -> bool:
        """Whether objects have versions; no, where this user may not know."""
        try:
            return bool(self._client.get_bucket_versioning(Bucket=self.name).get("Status") == "Enabled")
        except (ClientError, BotoCoreError):
            return False

    def list(self, prefix: str) -> Iterator[Found]:
        """All objects below a prefix, in the order of their keys."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        with translated(f"bucket {self.name}"):
            for page in pages:
                for item in page.get("Contents", ()):
                    etag, stamp = item["ETag"].strip('"'), item["LastModified"].isoformat()
                    yield Found(item["Key"], etag, int(item["Size"]), stamp)

    def version(self, key: str) -> str | None:
        """The newest version of an object, None where it has none."""
        with translated(f"bucket {self.name}"):
            return known_version(self._client.head_object(Bucket=self.name, Key=key).get("VersionId"))

    def open(self, key: str, version: str | None, etag: str) -> AbstractContextManager[BinaryIO]:
        """An object's bytes as they come, of exactly this version or with exactly this entity tag.

        Raises:
            Unsendable: It is not there any more, or may not be read.
            SourceUnavailable: The server does not answer.
        """
        wanted = {"VersionId": version} if version else {"IfMatch": etag}
        try:
            with translated(f"bucket {self.name}"):
                answer = self._client.get_object(Bucket=self.name, Key=key, **wanted)
        except SourceRefused as error:
            raise Unsendable(str(error)) from error
        return closing(cast("BinaryIO", ObjectStream(self.name, answer["Body"])))

    def move(self, key: str, target: str) -> None:
        """Copy an object, then remove it."""
        with translated(f"bucket {self.name}"):
            self._client.copy_object(
                Bucket=self.name, Key=target, CopySource={"Bucket": self.name, "Key": key}
            )
            self._client.delete_object(Bucket=self.name, Key=key)

    def close(self) -> None:
        """Release the connections."""
        self._client.close()


class Queue:
    """A queue that is told what happens in a bucket.

    Args:
        url: Of the queue.
        endpoint: As the bucket's; the queue's own URL is then no address.
    """

    def __init__(self, url: str, endpoint: str | None = None) -> None:
        self.url = url
        self.name = url.rstrip("/").rpartition("/")[2]
        with translated(f"queue {self.name}"):
            self._client: Any = boto3.client("sqs", endpoint_url=endpoint, config=CONFIGURATION)
            self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])

    def take(self, wait_seconds: int) -> Sequence[Message]:
        """Up to ten messages, which nobody else sees for a while."""
        with translated(f"queue {self.name}"):
            answer = self._client.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=MESSAGES,
                WaitTimeSeconds=wait_seconds,
                VisibilityTimeout=VISIBLE_AFTER_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return [_message(item) for item in answer.get("Messages", ())]

    def delete(self, messages: Sequence[Message]) -> None:
        """Remove messages for good."""
        if not messages:
            return
        entries = [{"Id": str(index), "ReceiptHandle": item.receipt} for index, item in enumerate(messages)]
        with translated(f"queue {self.name}"):
            answer = self._client.delete_message_batch(QueueUrl=self.url, Entries=entries)
        if answer.get("Failed"):
            raise SourceUnavailable(f"queue {self.name}: {len(answer['Failed'])} messages were not deleted")

    def release(self, message: Message, seconds: int) -> None:
        """Let a message that was not settled be seen again in so many seconds."""
        with translated(f"queue {self.name}"):
            self._client.change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=message.receipt, VisibilityTimeout=seconds
            )

    def close(self) -> None:
        """Release the connections."""
        self._client.close()


class ObjectStream(io.RawIOBase):
    """An object's bytes as they come; a connection that breaks is an outage, never a shorter document."""

    def __init__(self, bucket: str, body: Any) -> None:
        self._bucket = bucket
        self._body = body

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As any stream; 0 at the end."""
        with translated(f"bucket {self._bucket}"):
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Give the connection back."""
        self._body.close()
        super().close()


@contextmanager
def translated(what: str) -> Iterator[None]:
    """The client's errors as ours.

    Raises:
        Unsendable: An object that is not there (any more).
        SourceRefused: No such bucket or queue, or no right to it.
        SourceUnavailable: It does not answer.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE and error.operation_name in {"GetObject", "HeadObject"}:
            raise Unsendable(
                "the object is not there any more, or was replaced before it was fetched"
            ) from error
        if code in _REFUSED or code in _GONE:
            mend = "does it exist, and may this user read it?"
            raise SourceRefused(f"{what}: {error.operation_name} is refused ({code}): {mend}") from error
        raise SourceUnavailable(f"{what}: {error.operation_name} failed ({code})") from error
    except (BotoCoreError, OSError) as error:
        raise SourceUnavailable(
            f"{what} does not answer ({type(error).__name__}): look at endpoint and keys"
        ) from error


def known_version(version: str | None) -> str | None:
    """A version that names one; an object without versioning has `null` or none."""
    return version if version and version != NO_VERSION else None


def _message(item: Mapping[str, Any]) -> Message:
    deliveries = int(item.get("Attributes", {}).get("ApproximateReceiveCount", 1))
    return Message(item["MessageId"], item["ReceiptHandle"], item["Body"], deliveries)
