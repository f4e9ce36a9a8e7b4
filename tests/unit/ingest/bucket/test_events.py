"""What a queue's messages tell of."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.bucket.events import Unreadable, created
from ingest.bucket.objects import ObjectVersion


def record(key: str, event: str = "ObjectCreated:Put", **told: Any) -> dict[str, Any]:
    """One record of S3's notification."""
    found = {"key": key, "eTag": "abc", **told}
    return {"eventName": event, "s3": {"bucket": {"name": "scans"}, "object": found}}


def message(*records: dict[str, Any]) -> str:
    """A notification."""
    return json.dumps({"Records": records})


BRIDGE = {
    "detail-type": "Object Created",
    "detail": {"bucket": {"name": "scans"}, "object": {"key": "a b+c.txt", "etag": "abc", "version-id": "7"}},
}


def test_a_notification_by_any_way() -> None:
    """From S3, by SNS and by EventBridge, which does not encode its keys."""
    direct = message(record("a+b%2Bc.txt", versionId="7"))
    expected = [ObjectVersion("a b+c.txt", "abc", "7")]
    assert created(direct, "scans") == expected
    assert created(json.dumps({"Type": "Notification", "Message": direct}), "scans") == expected
    assert created(json.dumps(BRIDGE), "scans") == expected


def test_other_events_tell_of_nothing() -> None:
    """S3's test, removals, and folders that are none."""
    assert created('{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "scans"}', "scans") == ()
    assert created(message(record("a", "ObjectRemoved:Delete"), record("in/")), "scans") == []
    assert created(json.dumps(BRIDGE | {"detail-type": "Object Deleted"}), "scans") == ()


def test_an_object_without_versions_goes_by_its_tag() -> None:
    """Its version is told as none, or as `null`."""
    assert created(message(record("a", versionId="null")), "scans") == [ObjectVersion("a", "abc")]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["Records", "s3", "Message", "object", "detail-type", "detail", "eventName", "key"]), inner)))  # fmt: skip # noqa: E501
def test_any_json_is_read_or_unreadable(value: Any) -> None:
    """Nothing else is ever raised."""
    try:
        assert list(created(json.dumps(value), "scans")) == []
    except Unreadable as error:
        assert str(error)  # noqa: PT017 - either is right
