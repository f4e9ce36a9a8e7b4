"""What a queue's message says: which objects were made. Messages are anybody's who may send to the queue."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote_plus

from ingest.bucket.client import known_version
from ingest.bucket.objects import ObjectVersion

CREATED = ("ObjectCreated:", "s3:ObjectCreated:")
EVENT_BRIDGE_CREATED = "Object Created"
TEST = "s3:TestEvent"


class Unreadable(Exception):
    """A message that tells of no object of ours; why."""


def created(body: str, bucket: str) -> Sequence[ObjectVersion]:
    """The objects that a message tells of: S3's own form, the same by way of SNS, or EventBridge's.

    Args:
        body: The message.
        bucket: The one bucket that objects may be fetched from, whatever a message says.

    Returns:
        None of them where the message is of another kind of event, such as a removal, or S3's test.

    Raises:
        Unreadable: It is none of these, or names another bucket.
    """
    message = _parsed(body)
    if isinstance(message.get("Message"), str) and "Records" not in message:
        message = _parsed(message["Message"])
    if message.get("Event") == TEST:
        return ()
    try:
        if "detail-type" in message:
            return _of_event_bridge(message, bucket)
        return [_of_record(record, bucket) for record in message["Records"] if _is_creation(record)]
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable("no notification of a bucket's event") from error


def _parsed(body: str) -> Mapping[str, Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("not JSON") from error
    if not isinstance(message, dict):
        raise Unreadable("no JSON object")
    return message


def _is_creation(record: Mapping[str, Any]) -> bool:
    return str(record["eventName"]).startswith(CREATED) and not str(record["s3"]["object"]["key"]).endswith(
        "/"
    )


def _of_record(record: Mapping[str, Any], bucket: str) -> ObjectVersion:
    """Keys come encoded as in a form: a blank is a plus sign."""
    told = record["s3"]["object"]
    _require(record["s3"]["bucket"]["name"], bucket)
    return ObjectVersion(unquote_plus(told["key"]), _text(told["eTag"]), known_version(told.get("versionId")))


def _of_event_bridge(message: Mapping[str, Any], bucket: str) -> Sequence[ObjectVersion]:
    if message["detail-type"] != EVENT_BRIDGE_CREATED:
        return ()
    told = message["detail"]["object"]
    _require(message["detail"]["bucket"]["name"], bucket)
    return [ObjectVersion(_text(told["key"]), _text(told["etag"]), known_version(told.get("version-id")))]


def _require(named: object, bucket: str) -> None:
    if named != bucket:
        raise Unreadable("it names another bucket than the one that this door fetches from")


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable("a key or an entity tag is missing")
    return value.strip('"')
