"""A mail with a PDF, a photo, a mail and a locked zip, from a real mailbox through the real job and classifier."""

import io
import struct
import zipfile
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from mailroom.contracts import codec
from mailroom.contracts.dead_letters import read_failure
from mailroom.contracts.records import Classification, Record
from mailroom.contracts.topics import Topic
from mailroom.objects import ObjectStore
from mailroom.settings import KafkaSettings
from mailroom.streams.kafka import KafkaReader
from tests.integration.flink.conftest import Job
from tests.integration.ingest.conftest import CommandLine
from tests.integration.kafka.world import classifier, until, word_package
from tests.servers.dovecot import HOST, Dovecot

pytestmark = [pytest.mark.flink, pytest.mark.kafka, pytest.mark.timeout(400)]

ENCRYPTED = 1
"""The bit in an entry's flags that says so; it follows the signature after 4 bytes, in the directory after 6."""


def pdf() -> bytes:
    """A page of text."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=14)
    document.multi_cell(0, text="This is our invoice. An invoice is to be paid within fourteen days.")
    return bytes(document.output())


def photo() -> bytes:
    """A page as a camera sees it, all of it legible."""
    image = Image.new("RGB", (1600, 800), "white")
    font = ImageFont.load_default(size=60)
    ImageDraw.Draw(image).text(
        (80, 200), "We send you our offer.\nThis offer is valid in May.", "black", font
    )
    data = io.BytesIO()
    image.save(data, "JPEG", quality=92)
    return data.getvalue()


def nested() -> EmailMessage:
    """A mail that was passed on."""
    message = EmailMessage()
    message["Subject"], message["From"] = "A complaint", "customer@example.org"
    message.set_content("I have a complaint. Please answer my complaint soon.\n")
    return message


def locked_zip() -> bytes:
    """An archive whose only file is behind a password."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("secret.txt", "An order that nobody can read.")
    content = bytearray(data.getvalue())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.index(signature) + place, ENCRYPTED)
    return bytes(content)


def mail() -> bytes:
    """A mail with four attachments of four kinds."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Documents", "a@example.org", "mailroom@example.org"
    message.set_content("Hello, please repair the printer in room four. The repair is urgent.\n")
    message.add_attachment(pdf(), maintype="application", subtype="pdf", filename="invoice.pdf")
    message.add_attachment(photo(), maintype="image", subtype="jpeg", filename="photo.jpg")
    message.add_attachment(nested())
    message.add_attachment(locked_zip(), maintype="application", subtype="zip", filename="locked.zip")
    return message.as_bytes(policy=SMTP)


class Results:
    """Labels and dead letters, by the ends of their ids."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._reader = KafkaReader(kafka, [Topic.CLASSIFIED, Topic.DEAD_LETTER])
        self.records: list[Record] = []

    def at_least(self, count: int) -> bool:
        """Whether so many have come."""
        self.records += self._reader.poll(100, 0.05)
        return len(self.records) >= count

    def close(self) -> None:
        """Release the connection."""
        self._reader.close()


def fate(record: Record) -> str:
    """A label, or the reason of a dead letter."""
    if record.topic == Topic.DEAD_LETTER:
        return read_failure(record).reason
    return codec.decode(Classification, record.value).label


def test_a_mail_gives_a_document_for_each_of_its_parts(
    topics: KafkaSettings, job: Job, tmp_path: Path
) -> None:
    """Three are labelled, the locked one is a dead letter; each names the mail, whose own text is labelled too."""
    results, home = Results(topics), tmp_path / "home"
    home.mkdir()
    store = ObjectStore(f"file://{job.home / 'objects'}")
    line = CommandLine(topics, home)
    with (
        Dovecot() as server,
        classifier(topics, word_package(tmp_path / "words"), tmp_path, MAILROOM_OBJECTS__URI=store.uri),
        pytest.MonkeyPatch.context() as patch,
    ):
        job.start()
        server.deliver("sales", mail())
        patch.setenv("MAILROOM_MAILBOX__PASSWORD", server.password)
        account = ("--host", HOST, "--port", str(server.port), "--tls", "none", "--user", "sales")
        status, _, said = line.inside("receive", "mailbox", *account, "--once", "--json")
        assert status == 0, said
        job.wait_ready()
        until(lambda: results.at_least(5), "five results")
    results.close()
    (own,) = [record for record in results.records if record.header("ce_parentid") is None]
    identifier = codec.document_id(own)
    found = {codec.document_id(record): fate(record) for record in results.records}
    assert found == {
        identifier: "service_request",
        f"{identifier}~1": "invoice",
        f"{identifier}~2": "offer",
        f"{identifier}~3": "complaint",
        f"{identifier}~4": "encrypted",
    }
    parents = {record.header("ce_parentid") for record in results.records if record is not own}
    assert parents == {identifier.encode()}
    sources = [
        codec.decode(Classification, record.value).source
        for record in results.records
        if record.topic == Topic.CLASSIFIED
    ]
    assert Counter(source.parent for source in sources) == {None: 1, identifier: 3}
    photos = [store.get(source.dataref or "") for source in sources if source.file_name == "photo.jpg"]
    assert photos == [photo()]
