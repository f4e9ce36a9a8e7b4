from email.message import EmailMessage, Message

import pytest

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, Part, PartsFound, TextFound, extract
from mailroom.extract.sandbox import Sandbox

_HEAD = b"From: Jane <a@example.org>\r\nTo: b@example.org\r\nSubject: Complaint\r\nMessage-ID: <1@example.org>\r\n"
_HEADING = "From: Jane <a@example.org>\nTo: b@example.org\nSubject: Complaint"


def _mail(subject: str = "Complaint", body: str | None = "The lamp is broken.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Jane <a@example.org>", "b@example.org", subject
    mail["Message-ID"] = "<1@example.org>"
    if body is not None:
        mail.set_content(body)
    return mail


def _found(data: bytes | Message, **declared: str) -> TextFound:
    found = extract(data if isinstance(data, bytes) else data.as_bytes(), **declared)  # type: ignore[arg-type]
    assert isinstance(found, TextFound)
    assert found.media_type == "message/rfc822"
    return found


def _body(data: bytes | Message) -> str:
    return _found(data).text.partition("\n\n")[2]


def test_heading_and_body() -> None:
    """Of the headers those stay that say what the mail is about; encodings of a mail's own are undone."""
    mail = _mail("Größe der Lampe", "Sie ist 5 cm zu groß, " * 9)
    mail["Cc"], mail["Date"], mail["X-Mailer"] = "c@example.org", "Mon, 02 Nov 2026 10:00:00 +0100", "x"

    assert _found(mail) == TextFound(
        "message/rfc822",
        "From: Jane <a@example.org>\nTo: b@example.org\nCc: c@example.org\nDate: Mon, 02 Nov 2026 10:00:00 +0100\n"
        "Subject: Größe der Lampe\n\n" + ("Sie ist 5 cm zu groß, " * 9).strip(),
        None,
    )


def test_attachments_are_parts() -> None:
    """Attachments come decoded, in order, with their names and declared types; the text names them."""
    mail = _mail()
    mail.add_attachment(b"%PDF-1.7 \0\xff", maintype="application", subtype="pdf", filename="Größe 1.pdf")
    mail.add_attachment(b"\0\1", maintype="application", subtype="octet-stream")
    mail.add_attachment("a;b\n", subtype="csv", filename="list.csv")

    found = _found(mail)

    assert found.text == f"{_HEADING}\nAttachments: Größe 1.pdf; list.csv\n\nThe lamp is broken."
    assert found.parts == (
        Part(b"%PDF-1.7 \0\xff", "Größe 1.pdf", "application/pdf"),
        Part(b"\0\1", None, None),
        Part(b"a;b\n", "list.csv", "text/csv"),
    )


def test_the_sandbox_gives_the_same() -> None:
    """Mails are parsed in the child."""
    mail = _mail()
    mail.add_attachment(b"\0\xff", maintype="application", subtype="pdf", filename="a.pdf")
    with Sandbox() as sandbox:
        assert sandbox.extract(mail.as_bytes()) == extract(mail.as_bytes())
        assert sandbox.child is not None


def test_a_nested_mail_is_a_part() -> None:
    """A mail within a mail keeps its bytes, is named by its subject, and is not opened."""
    inner = _mail("Offer 4/2026", "We offer 9 lamps.")
    inner.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    mail = _mail()
    mail.add_attachment(inner)

    (part,) = _found(mail).parts

    assert (part.file_name, part.declared) == ("Offer 4-2026.eml", "message/rfc822")
    assert [each.file_name for each in _found(part.content).parts] == ["a.pdf"]
    assert _body(part.content) == "We offer 9 lamps."


def test_a_mail_without_a_body_is_a_container() -> None:
    """A scanner's mail that only carries a document has no text of its own."""
    mail = _mail(body=" \n")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")

    expected = PartsFound("message/rfc822", (Part(b"%PDF", "a.pdf", "application/pdf"),))
    assert extract(mail.as_bytes()) == expected


def test_a_mail_of_a_subject_alone() -> None:
    """With neither body nor attachment, the heading is the text."""
    assert _found(_HEAD + b"\r\n").text == _HEADING


def test_the_plain_form_of_a_body_is_taken() -> None:
    """Of two forms of the same text one is read, once."""
    mail = _mail(body="The lamp is broken, I want my money back.")
    mail.add_alternative("<p>The lamp is <b>broken</b>, I want my money back.</p>", subtype="html")

    assert _body(mail) == "The lamp is broken, I want my money back."


def test_html_is_taken_where_the_plain_form_says_nothing() -> None:
    """A plain form that only asks for another program is no text."""
    mail = _mail(body="Please view this as HTML.")
    mail.add_alternative(
        "<html><p>The lamp that you sent us on Monday is broken.</p><p>Please take it back, and send us our money "
        "within a week.</p></html>",
        subtype="html",
    )

    assert " ".join(_body(mail).split()) == (
        "The lamp that you sent us on Monday is broken. Please take it back, and send us our money within a week."
    )


def test_a_body_of_html_alone() -> None:
    """Tags are no text, and a declared charset is believed."""
    data = (
        _HEAD + b"Content-Type: text/html; charset=iso-8859-2\r\n\r\n<p>Za\xb3\xb1cznik</p><script>x</script>"
    )

    assert _body(data).strip() == "Załącznik"


def test_stretches_of_a_body_around_an_attachment() -> None:
    """A text that goes on after a picture is read to its end."""
    mail = Message()
    mail["From"], mail["Subject"], mail["Message-ID"] = "a@example.org", "x", "<1@example.org>"
    mail["Content-Type"] = "multipart/mixed"
    for kind, payload in (("text/plain", "Before."), ("image/png", "\x89PNG"), ("text/plain", "After.")):
        leaf = Message()
        leaf["Content-Type"] = kind
        leaf.set_payload(payload.encode("latin-1").decode("ascii", "surrogateescape"))
        mail.attach(leaf)

    found = _found(mail)

    assert found.text.endswith("\n\nBefore.\n\nAfter.")
    assert found.parts == (Part(b"\x89PNG", None, "image/png"),)


def test_logos_are_left_out_and_photographs_are_not() -> None:
    """Small images that a page shows within itself are decoration; large ones are documents."""
    mail = _mail(body="See the photograph.")
    mail.add_alternative("<p>See <img src=cid:logo><img src=cid:photo></p>", subtype="html")
    page = mail.get_payload(1)
    assert isinstance(page, EmailMessage)
    page.add_related(b"\x89PNG" * 10, "image", "png", cid="<logo>")
    page.add_related(b"\xff\xd8\xff" * 9000, "image", "jpeg", cid="<photo>")

    assert _found(mail).parts == (Part(b"\xff\xd8\xff" * 9000, None, "image/jpeg"),)


def test_signatures_and_reports_for_programs_are_left_out() -> None:
    """What is no document makes none."""
    mail = _mail()
    mail.add_attachment(
        b"-----BEGIN", maintype="application", subtype="pgp-signature", filename="signature.asc"
    )
    mail.add_attachment(b"\0", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")

    assert _found(mail).parts == ()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"=?utf-8?q?Gr=C3=B6=C3=9Fe?= =?iso-8859-1?b?5Q==?=", "Größeå"),
        ("Größe".encode(), "Größe"),
        ("Größe".encode("cp1252"), "Größe"),
        (b"=?nonsense?q?abc?=", "abc"),
        (b"=?utf-8?b?!!!?=", "=?utf-8?b?!!!?="),
        (b"one\r\n\ttwo", "one two"),
        (b"x" * 9000, "x" * 500),
    ],
)
def test_odd_subjects(raw: bytes, expected: str) -> None:
    """Encoded words, raw bytes, folded and endless lines are read as people would."""
    data = b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: " + raw + b"\r\n\r\nHi"

    assert _found(data).text == f"From: a@example.org\nSubject: {expected}\n\nHi"


@pytest.mark.parametrize(
    ("declared", "raw", "expected"),
    [
        ("utf-8", "Größe".encode(), "Größe"),
        ("us-ascii", "Größe".encode(), "Größe"),
        ("utf-8", "Größe".encode("cp1252"), "Größe"),
        ("nonsense", b"size", "size"),
        ("unicode_escape", b"\\ud800", "\\ud800"),
        ("utf-7", b"+2AA-", "\ufffd"),
        ("shift_jis", "見積書".encode("shift_jis"), "見積書"),
    ],
)
def test_odd_charsets(declared: str, raw: bytes, expected: str) -> None:
    """A charset that a mail declares is believed where it decodes; what comes out can always be written as UTF-8."""
    data = _HEAD + b"Content-Type: text/plain; charset=" + declared.encode() + b"\r\n\r\n" + raw

    assert _body(data) == expected


def test_a_mail_whose_way_was_long() -> None:
    """Many lines of transport before the subject do not hide that it is a mail."""
    way = b"Received: from relay.example.org by mx.example.org with ESMTPS id 1\r\n" * 200

    assert _found(way + _HEAD + b"\r\nHi").text == f"{_HEADING}\n\nHi"


def test_a_mail_with_raw_bytes() -> None:
    """A mail that carries an attachment as it is, zeros included, is a mail where its sender says so."""
    data = (
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n--x\r\nContent-Type: image/png\r\n"
        + b"Content-Transfer-Encoding: binary\r\n\r\n\x89PNG\0\0\xff\r\n--x--\r\n"
    )

    assert _found(data).parts == (Part(b"\x89PNG\0\0\xff", None, "image/png"),)


@pytest.mark.parametrize(
    "kind", ["multipart/encrypted; boundary=x", "application/pkcs7-mime; smime-type=enveloped-data"]
)
def test_an_encrypted_mail(kind: str) -> None:
    """A mail that only its addressee can open is refused as encrypted."""
    data = _HEAD + f"Content-Type: {kind}\r\n\r\n--x\r\n\r\nabc\r\n--x--".encode()

    assert _reason(data) is Reason.ENCRYPTED


@pytest.mark.security
def test_too_many_attachments() -> None:
    """A mail of more documents than is allowed is refused."""
    part = b"--x\r\nContent-Type: image/png\r\n\r\na\r\n"
    data = _HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 501 + b"--x--"

    assert _reason(data) is Reason.OVERSIZED


@pytest.mark.security
@pytest.mark.parametrize("depth", [60, 2000])
def test_a_mail_nested_without_end(depth: int) -> None:
    """Multiparts within multiparts are opened to a depth, and refused beyond it."""
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )

    assert _reason(_HEAD + levels + b"\r\nHi") is Reason.OVERSIZED


@pytest.mark.security
@pytest.mark.parametrize(
    "given",
    [
        'filename="../../etc/cron.d/x"',
        "filename*=utf-8''..%2F..%2Fetc%2Fx",
        'filename="=?utf-8?q?..=2F..=2Fx?="',
    ],
)
def test_names_of_attachments_lead_nowhere(given: str) -> None:
    """Path traversal in a mail: no name of an attachment has a folder, however it is encoded."""
    data = (
        _HEAD
        + (
            "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHi\r\n"
            f"--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; {given}\r\n\r\na\r\n--x--"
        ).encode()
    )

    assert _found(data).parts == (Part(b"a", "x", "image/png"),)


@pytest.mark.security
def test_line_ends_in_names_make_no_headers() -> None:
    """Header injection: what is encoded in a name or a subject cannot start a line."""
    data = (
        b"From: a@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: =?utf-8?q?x=0D=0ATo:_evil?=\r\n"
        b'Content-Type: application/pdf; name="=?utf-8?q?a=0D=0Ab.pdf?="\r\n\r\n%PDF'
    )

    found = extract(data)

    assert found == PartsFound("message/rfc822", (Part(b"%PDF", "a  b.pdf", "application/pdf"),))


@pytest.mark.security
def test_a_declared_type_makes_no_header() -> None:
    """Header injection: a type that is not spelt as one is not handed on."""
    data = _HEAD + b"Content-Type: image/png\r\n x-evil: 1\r\n\r\n\x89PNG"

    assert extract(data) == PartsFound("message/rfc822", (Part(b"\x89PNG", None, None),))


def _reason(data: bytes) -> Reason:
    with pytest.raises(MalformedRecord) as caught:
        extract(data, limits=Limits())
    return caught.value.reason
