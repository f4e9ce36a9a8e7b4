"""Documents of every kind, sound and broken, as records of documents.raw."""

import io
import random
import zipfile
from email.message import EmailMessage

from fpdf import FPDF
from PIL import Image

from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore

LETTER = "Dear Sir or Madam, please find attached our invoice for the goods that you ordered in March."
NOISE = random.Random(7).randbytes(21 * 1024 * 1024)


def pdf(*, image: bytes | None = None, password: str | None = None, title: str = "") -> bytes:
    """A PDF with a text layer, or with nothing but an image, or locked."""
    document = FPDF()
    document.set_title(title)
    document.set_font("helvetica", size=11)
    document.add_page()
    if image is None:
        document.multi_cell(0, text=LETTER)
    else:
        document.image(io.BytesIO(image), x=0, y=0, w=document.w, h=document.h)
    if password is not None:
        document.set_encryption(owner_password=password, user_password=password)
    return bytes(document.output())


def png(side: int = 64) -> bytes:
    """An image of noise, which compresses to nearly its size."""
    out = io.BytesIO()
    Image.frombytes("L", (side, side), NOISE[: side * side]).save(out, "PNG")
    return out.getvalue()


def archive(*, locked: bool = False) -> bytes:
    """A zip file with a letter in it, which may say that it needs a password."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(zipfile.ZipInfo("letter.txt"), alike(6))
    content = bytearray(out.getvalue())
    if locked:
        content[6] |= 1  # the local header's flags, and those of the directory's entry
        content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def alike(number: int) -> str:
    """The letter in other bytes, so that it is not the same content again."""
    return LETTER + "\n" * number


def mail() -> bytes:
    """A mail with a PDF, a photo, a nested mail that carries a letter, and a locked archive."""
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "supplier@example.org", "Our letter"
    inner.set_content("Please see our letter, which is attached to this message.")
    inner.add_attachment(alike(7), filename="letter.txt")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "clerk@example.org", "post@example.org", "Four things"
    outer.set_content("Here are four things that came in by post, kindly pass them on to whom it concerns.")
    outer.add_attachment(pdf(title="attached"), maintype="application", subtype="pdf", filename="invoice.pdf")
    outer.add_attachment(png(side=70), maintype="image", subtype="png", filename="photo.png")
    outer.add_attachment(inner)
    outer.add_attachment(archive(locked=True), maintype="application", subtype="zip", filename="locked.zip")
    return outer.as_bytes()


def raw(identifier: str, value: bytes | None, key: bytes | None = None, **headers: bytes) -> Record:
    """A raw record with an id."""
    pairs = [("ce_id", identifier.encode()), *headers.items()]
    return Record(Topic.RAW, identifier.encode() if key is None else key, value, tuple(pairs))


def documents(store: ObjectStore) -> list[Record]:
    """One record of every kind."""
    return [
        raw("text", LETTER.encode(), ce_time=b"2026-01-01T10:00:00+01:00", ce_subject=b"letter.txt"),
        raw("utf-16", LETTER.encode("utf-16")),
        raw("html", f"<html><body><h1>Invoice</h1><p>{LETTER}</p></body></html>".encode()),
        raw("pdf", pdf()),
        raw("odd-key", alike(1).encode(), key=b"\xff\xfe"),
        raw("text-by-reference", b"", ce_dataref=store.put(alike(2).encode()).encode()),
        Record(Topic.RAW, None, b"A bare record, as a console producer makes it.", ()),
        raw("image", png()),
        raw("scan", pdf(image=png())),
        raw("large-image", png(side=1200)),
        raw("empty", b""),
        raw("blank", b" \n\t"),
        raw("null", None),
        raw("inline-21-mib", NOISE),
        raw("referenced-50-mb", b"", ce_dataref=store.put(bytes(50_000_000)).encode()),
        raw("locked", pdf(password="secret")),  # noqa: S106 - there is nothing to keep secret
        raw("cut", png()[:-200]),
        raw("noise", NOISE[:5_000]),
        raw("zip", archive()),
        raw("mail", mail(), ce_time=b"2026-01-01T10:00:00+01:00"),
        raw("odd-key-noise", NOISE[:4_000], key=b"\xff\xfe"),
        raw("no-time", LETTER.encode(), ce_time=b"yesterday"),
        raw("gone", b"", ce_dataref=f"{store.uri}/{'ab'}/{'ab' * 32}".encode()),
        raw("forged", b"", ce_dataref=b"file:///etc/hostname"),
        Record(Topic.RAW, b"k", LETTER.encode(), (("ce_id", b"\xff\xfe"),)),
        raw("twice", alike(3).encode()),
        raw("twice", b"another text under the same id"),
        raw("again", b""),
        raw("again", b"sent again by an operator, whole this time", ce_redrive=b"1"),
    ]
