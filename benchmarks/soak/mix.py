"""Documents of many kinds, without an end: texts, pages, mails with attachments, archives, and some that are broken."""

import io
import itertools
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from mailroom.contracts import headers as h
from mailroom.contracts.records import Record
from mailroom.contracts.topics import Topic

COUNTS = {"txt": 60, "html": 12, "pdf": 10, "scan": 2}
MAILS, ARCHIVES, BROKEN = 10, 3, 3


@dataclass(frozen=True, slots=True)
class Item:
    """A document as it is sent.

    Attributes:
        name: Its file name.
        content: Its bytes.
        outcomes: Labels and dead letters that it and its parts give together.
        grows: Whether a line may be added to make it another one.
    """

    name: str
    content: bytes
    outcomes: int = 1
    grows: bool = False


def mix(folder: Path) -> list[Item]:
    """A hundred documents, kinds shuffled into each other."""
    files = {form: _generated(folder / form, form, count) for form, count in COUNTS.items()}
    plain = [Item(path.name, path.read_bytes(), grows=path.suffix != ".pdf") for path in _but(files, "scan")]
    scans = [Item(path.name, path.read_bytes()) for path in files["scan"]]
    mails = [_mail(files["txt"][n], files["pdf"][n % len(files["pdf"])], n) for n in range(MAILS)]
    archives = [_archive(files["txt"][n : n + 3], n) for n in range(ARCHIVES)]
    broken = [
        Item(f"broken-{n}.pdf", b"%PDF-1.7 and then nothing that a reader knows") for n in range(BROKEN)
    ]
    kinds = [iter(kind) for kind in (plain, scans, mails, archives, broken)]
    return [item for round_ in itertools.zip_longest(*kinds) for item in round_ if item is not None]


def records(items: list[Item]) -> Iterator[tuple[Record, int]]:
    """Each with the outcomes that it will have; every id is new, and so is the content of texts."""
    for number, item in enumerate(itertools.cycle(items)):
        identifier = uuid.uuid4().hex
        content = item.content + f"\n{number}\n".encode() if item.grows else item.content
        pairs = ((h.ID, identifier), (h.SUBJECT, item.name))
        headers = tuple((name, value.encode()) for name, value in pairs)
        yield Record(Topic.RAW, identifier.encode(), content, headers), item.outcomes


def _generated(folder: Path, form: str, count: int) -> list[Path]:
    """By the verb that a person would call."""
    command = [
        sys.executable,
        "-m",
        "cli",
        "samples",
        "--forms",
        form,
        "--count",
        str(count),
        "--output",
        str(folder),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "labels.jsonl")


def _but(files: dict[str, list[Path]], form: str) -> Iterator[Path]:
    return (path for kind, paths in files.items() if kind != form for path in paths)


def _mail(text: Path, page: Path, number: int) -> Item:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = f"letter {number}", "a@example.org", "b@example.org"
    mail.set_content(text.read_text(encoding="utf-8"))
    mail.add_attachment(page.read_bytes(), maintype="application", subtype="pdf", filename=page.name)
    return Item(f"mail-{number}.eml", mail.as_bytes(), outcomes=2)


def _archive(files: list[Path], number: int) -> Item:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, file.name)
    return Item(f"archive-{number}.zip", packed.getvalue(), outcomes=len(files))
