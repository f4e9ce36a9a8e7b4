"""Records as CloudEvents envelopes: what goes in comes out, and nothing hostile gets in."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.records import Record
from mailroom.streams.envelope import Claim, Envelope, decode, encode

OURS = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"a1"),
    ("ce_source", b"/mailroom/send"),
    ("ce_type", b"mailroom.document.received"),
    ("ce_subject", "Bücher.pdf".encode()),
    ("content-type", b"application/pdf"),
    ("traceparent", b"00-1-2-01"),
)
names = st.sampled_from(
    [
        "ce_id",
        "ce_specversion",
        "ce_data",
        "ce_partitionkey",
        "content-type",
        "traceparent",
        "label",
        "x",
        "ce_X",
        "",
    ]
) | st.text(max_size=8)


def test_a_record_of_ours_is_a_plain_cloud_event() -> None:
    """Any reader of CloudEvents' JSON format understands it: attributes by their names, data as base64."""
    assert json.loads(encode(Record("documents.raw", b"a1", b"%PDF", OURS))) == {
        "specversion": "1.0",
        "id": "a1",
        "source": "/mailroom/send",
        "type": "mailroom.document.received",
        "subject": "Bücher.pdf",
        "datacontenttype": "application/pdf",
        "traceparent": "00-1-2-01",
        "partitionkey": "a1",
        "data_base64": "JVBERg==",
    }


@given(
    st.none() | st.binary(max_size=9),
    st.none() | st.binary(max_size=99),
    st.lists(st.tuples(names, st.binary(max_size=9))).map(tuple),
)
@example(b"a1", b"%PDF", OURS)
@example(b"\xff", b"", (("ce_specversion", b"9"), ("a", b"\xff"), ("a", b"")))
def test_what_goes_in_comes_out(
    key: bytes | None, value: bytes | None, headers: tuple[tuple[str, bytes], ...]
) -> None:
    """Whatever a record holds; also repeated headers, their order, null and empty values, bytes that are no text."""
    assert decode(encode(Record("t", key, value, headers))) == Envelope(key, value, headers)


def test_a_claim_takes_the_place_of_the_value() -> None:
    """Its place and digest are there, the value is not."""
    data = encode(Record("t", b"k", b"secret", OURS), Claim("s3://bucket/ab", "ab"))
    assert b"c2VjcmV0" not in data
    assert decode(data) == Envelope(b"k", Claim("s3://bucket/ab", "ab"), OURS)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"{", b"[1]", b'{"a": 1}', b"{brace", b'{"specversion', b"\xff\xfe", b"null"]
)
def test_what_is_no_envelope_is_a_document(data: bytes) -> None:
    """Any producer may send a document as it is; also one that is JSON."""
    assert decode(data) is None


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ('"text"', b"text"),
        ('{"a": [1]}', b'{"a": [1]}'),
        ("7", b"7"),
        ("null", None),
        ('"/etc/passwd"', b"/etc/passwd"),
    ],
)
def test_a_foreign_envelope_is_understood(data: str, value: bytes | None) -> None:
    """Text as data is that text, other JSON its own bytes; attributes that are no text are spelt."""
    found = decode(
        f'{{"specversion": "1.0", "id": "e", "sequence": 7, "flag": true, "data": {data}}}'.encode()
    )
    headers = (("ce_specversion", b"1.0"), ("ce_id", b"e"), ("ce_sequence", b"7"), ("ce_flag", b"true"))
    assert found == Envelope(None, value, headers)


@pytest.mark.security
@pytest.mark.parametrize(
    "data",
    [
        b'{"specversion":"1.0","data_base64":"file:///etc/passwd"}',
        b'{"specversion":"1.0","data_base64":"http://169.254.169.254/"}',
        b'{"specversion":"1.0","data_base64":"../../etc/passwd"}',
        b'{"specversion":"1.0","data_base64":{"$ref":"file:///etc/passwd"}}',
        b'{"specversion":"1.0","data_base64":"YQ==","data":"b"}',
        b'{"specversion":"1.0","data":"b","valueref":"file:///etc/passwd"}',
        b'{"specversion":"1.0","recordheaders":"[[1,2]]"}',
        b'{"specversion":"1.0","recordheaders":"' + b"[" * 50_000 + b'"}',
        b'{"specversion":"1.0","recordkey":"no base64!"}',
        b'{"specversion":"9.9"}',
        b'{"specversion":["1.0"]}',
        b'{"specversion":"1.0","id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"specversion":"1.0","data":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b'{"a":' * 200_000,
        b'{"specversion":"1.0"' + b"".join(b',"a%d":1' % n for n in range(10_000)) + b"}",
    ],
    ids=range(15),
)
def test_a_hostile_envelope_is_refused(data: bytes) -> None:
    """Paths and addresses where bytes belong, two values, deep nesting, a flood of attributes."""
    with pytest.raises(MalformedRecord, match="not a CloudEvents envelope that can be read") as caught:
        decode(data)
    assert caught.value.reason == "malformed-record"
