import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Part, TextFound, extract, sniff
from mailroom.extract.sandbox import Sandbox
from tests.unit.mailroom.extract.compound import Tree, compound, properties

_SUBJECT, _BODY, _HTML, _SENDER, _SENDER_ADDRESS = 0x0037, 0x1000, 0x1013, 0x0C1A, 0x5D01
_NAME, _ADDRESS, _RECIPIENT = 0x3001, 0x39FE, 0x0C15
_DATA, _FILE_NAME, _TYPE, _CONTENT_ID, _METHOD = 0x3701, 0x3707, 0x370E, 0x3712, 0x3705


def _mail(
    before: int = 32, subject: str = "Größe", body: str = "The lamp is broken."
) -> dict[str, bytes | Tree]:
    named = {_SUBJECT: subject, _BODY: body, _SENDER: "Jörg", _SENDER_ADDRESS: "a@example.org"}
    person = properties(8, {_NAME: "Bob", _ADDRESS: "b@example.org", _RECIPIENT: 1})
    return properties(before, named) | {"__recip_version1.0_#00000000": person}


def _attachment(content: bytes, name: str, kind: str, **more: str) -> dict[str, bytes | Tree]:
    shown: dict[int, str | bytes | int] = {_CONTENT_ID: more["cid"]} if "cid" in more else {}
    return properties(8, shown | {_DATA: content, _FILE_NAME: name, _TYPE: kind, _METHOD: 1})


def _found(data: bytes) -> TextFound:
    found = extract(data)
    assert isinstance(found, TextFound)
    assert found.media_type == "application/vnd.ms-outlook"
    return found


def test_a_mail_of_outlook() -> None:
    """Heading and body are read as those of any mail, without what is answered and the signature."""
    quote = "From: Bob\r\nSent: Monday\r\nTo: Jörg\r\n\r\nHere it is."
    body = f"Please take the lamp back.\r\n\r\nBest regards\r\nJörg\r\n\r\n{quote}"
    data = compound(_mail(subject="Re: Größe", body=body))

    assert sniff(data) == "application/vnd.ms-outlook"
    assert _found(data) == TextFound(
        "application/vnd.ms-outlook",
        "From: Jörg <a@example.org>\nTo: Bob <b@example.org>\nSubject: Re: Größe\n\nPlease take the lamp back.",
        None,
    )


def test_what_came_with_it() -> None:
    """Files are parts, large ones too; logos are not; a mail within it becomes one that any program can read."""
    inner = _mail(24, "Offer 5", "We offer 9 lamps.")
    large = b"%PDF" + bytes(9000)
    data = compound(
        _mail()
        | {
            "__attach_version1.0_#00000000": _attachment(large, "../a.pdf", "application/pdf"),
            "__attach_version1.0_#00000001": _attachment(b"\x89PNG", "logo.png", "image/png", cid="x"),
            "__attach_version1.0_#00000002": properties(8, {_METHOD: 5}) | {"__substg1.0_3701000D": inner},
        }
    )

    file, mail = _found(data).parts

    assert file == Part(large, "a.pdf", "application/pdf")
    assert (mail.file_name, mail.declared) == ("Offer 5.eml", "message/rfc822")
    nested = extract(mail.content, declared=mail.declared)
    assert isinstance(nested, TextFound)
    assert (
        nested.text
        == "From: Jörg <a@example.org>\nTo: Bob <b@example.org>\nSubject: Offer 5\n\nWe offer 9 lamps."
    )


def test_it_is_read_in_the_child() -> None:
    """The sandbox gives what extraction gives."""
    data = compound(_mail())
    with Sandbox() as sandbox:
        assert sandbox.extract(data) == extract(data)
        assert sandbox.child is not None


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_one_cut_short(share: float) -> None:
    """A file without its end cannot be read."""
    data = compound(_mail())

    with pytest.raises(MalformedRecord) as refusal:
        extract(data[: int(len(data) * share)], declared="application/vnd.ms-outlook")
    assert refusal.value.reason in {Reason.UNPARSABLE, Reason.UNSUPPORTED_MEDIA_TYPE}


@pytest.mark.security
def test_mails_within_mails_without_end() -> None:
    """Nesting beyond a depth is refused."""
    mail: Tree = _mail(24)
    for _ in range(12):
        wrapper: Tree = properties(8, {_METHOD: 5}) | {"__substg1.0_3701000D": mail}
        mail = properties(24, {_BODY: "Hi"}) | {"__attach_version1.0_#00000000": wrapper}
    root = properties(32, {_BODY: "Hi"}) | {
        "__attach_version1.0_#00000000": properties(8, {}) | {"__substg1.0_3701000D": mail}
    }

    with pytest.raises(MalformedRecord) as refusal:
        extract(compound(root))
    assert refusal.value.reason is Reason.OVERSIZED
