import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import odfdo
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from mailroom.contracts.errors import MalformedRecord
from mailroom.contracts.reasons import Reason
from mailroom.extract import Limits, Part, PartsFound, TextFound, extract, sniff
from mailroom.extract.sandbox import Sandbox

Make = Callable[..., bytes]
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _word() -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Example Ltd"
    document.sections[0].footer.paragraphs[0].text = "Registered in Example"
    document.add_heading("Invoice 4711")
    document.add_paragraph("Dear Sir,\tplease\npay the Größe.")
    table = document.add_table(2, 2)
    for row, texts in zip(table.rows, [("Lamp", "12.00"), ("Chair", "80.00")], strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return _saved(document)


def _sheet() -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Order"
    sheet.append(["Lamp", 3, 12.5, dt.date(2026, 11, 2)])
    sheet.append([])
    sheet.append([None, "Chair\nred", 1, True])
    workbook.create_sheet("Empty")
    workbook.create_sheet("Remarks").append(["By Monday"])
    return _saved(workbook)


def _slides() -> bytes:
    presentation = pptx.Presentation()
    for number in range(1, 12):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = f"Slide {number}"
        slide.placeholders[1].text = "One\nTwo"
    return _saved(presentation)


def _open_document(kind: str = "text", *paragraphs: str) -> bytes:
    document = odfdo.Document(kind)
    document.body.clear()
    for paragraph in paragraphs or ("Dear Sir,  please", "pay the Größe."):
        document.body.append(odfdo.Paragraph(paragraph))
    return _saved(document)


def _text(data: bytes) -> str:
    found = extract(data)
    assert isinstance(found, TextFound)
    assert (found.encoding, found.parts) == (None, ())
    return found.text


def _reason(data: bytes, limits: Limits | None = None) -> Reason:
    with pytest.raises(MalformedRecord) as caught:
        extract(data, limits=limits or Limits())
    return caught.value.reason


def _with_member(data: bytes, name: str, content: bytes) -> bytes:
    """The same zip with a member added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def test_a_word_document() -> None:
    """Header, headings, paragraphs and tables are read in order, a row of a table as a line."""
    assert _text(_word()).strip() == (
        "Example Ltd\n\nInvoice 4711\nDear Sir,\tplease\npay the Größe.\nLamp\t12.00\nChair\t80.00\n\n"
        "Registered in Example"
    )


def test_what_libraries_of_objects_miss() -> None:
    """Content controls, inserted changes and text boxes are read, a box once; deleted text is not."""
    document = docx.Document()
    word = nsdecls("w")
    compatible = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent>"
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {word} {compatible}><w:sdt><w:sdtContent><w:r><w:t>control </w:t></w:r></w:sdtContent></w:sdt>"
            "<w:ins><w:r><w:t>inserted </w:t></w:r></w:ins><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
            f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
            "</mc:AlternateContent></w:r></w:p>"
        ),
    )

    assert _text(_saved(document)).split() == ["control", "inserted", "box"]


def test_a_spreadsheet() -> None:
    """Values of each sheet stand under its name, as the sheet shows them; empty rows and sheets are left out."""
    assert _text(_sheet()) == (
        "Order\nLamp\t3\t12.5\t2026-11-02\nChair red\t1\tTrue\n\nRemarks\nBy Monday\n\n"
    )


def test_slides_come_by_their_number() -> None:
    """The tenth slide comes after the ninth."""
    lines = [line for line in _text(_slides()).splitlines() if line]

    assert lines[:3] == ["Slide 1", "One", "Two"]
    assert lines[-3:] == ["Slide 11", "One", "Two"]


def test_open_document_text() -> None:
    """LibreOffice's texts are read, runs of blanks included."""
    data = _open_document()

    assert sniff(data) == "application/vnd.oasis.opendocument.text"
    assert _text(data) == "Dear Sir,  please\npay the Größe.\n"


def test_open_document_spreadsheet() -> None:
    """LibreOffice's spreadsheets go the way of others."""
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("Order")
    table.append_row(odfdo.Row())
    table.set_values([["Lamp", 3], ["Chair", 1.5]])
    document.body.append(table)
    data = _saved(document)

    assert sniff(data) == "application/vnd.oasis.opendocument.spreadsheet"
    assert _text(data) == "Order\nLamp\t3\nChair\t1.5\n\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 Gr\'f6\'dfe\par 5 \u8364?}", "Größe\n5 €"),
        (rb"{\rtf1\ansi\ansicpg1251 \'c8}", "И"),
        (rb"{\rtf1 smile \u-10179?\u-8704?}", "smile \U0001f600"),
        (rb"{\rtf1{\*\generator x;}{\pict\pngblip " + b"89504e47" * 100 + rb"}text}", "text"),
    ],
)
def test_rich_text(source: bytes, expected: str) -> None:
    """Letters beyond ASCII are read in the encoding that the file names, pictures are left out."""
    assert _text(source).strip() == expected


@pytest.mark.parametrize(
    ("make", "macros", "expected"),
    [
        (_word, "word/vbaProject.bin", "application/vnd.ms-word.document.macroenabled.12"),
        (_sheet, "xl/vbaProject.bin", "application/vnd.ms-excel.sheet.macroenabled.12"),
        (_slides, "ppt/vbaProject.bin", "application/vnd.ms-powerpoint.presentation.macroenabled.12"),
    ],
)
def test_files_with_macros_are_read_as_text(make: Make, macros: str, expected: str) -> None:
    """Macros give a file a type of its own, and nothing else of it is read."""
    plain, with_macros = make(), _with_member(make(), macros, b'Sub AutoOpen()\nShell "evil"')

    assert sniff(with_macros) == expected
    assert _text(with_macros) == _text(plain)


def test_a_document_of_pictures_alone() -> None:
    """Letters that were photographed and put into a text document are its parts."""
    document = docx.Document()
    data = _with_member(_saved(document), "word/media/image1.jpeg", b"\xff\xd8\xff")

    assert extract(data) == PartsFound(_DOCX, (Part(b"\xff\xd8\xff", "image1.jpeg"),))
    assert _reason(_saved(document)) is Reason.NO_TEXT


@pytest.mark.parametrize("make", [_word, _sheet, _slides, _open_document])
def test_office_files_are_read_in_the_child(make: Make) -> None:
    """The sandbox gives what extraction gives."""
    data = make()
    with Sandbox() as sandbox:
        assert sandbox.extract(data) == extract(data)
        assert sandbox.child is not None


@pytest.mark.parametrize(("make", "media_type"), [(_word, _DOCX), (_sheet, _XLSX), (_slides, _PPTX)])
def test_an_office_file_is_no_archive(make: Make, media_type: str) -> None:
    """Office files are told from archives, and an archive of office files from both, without anything declared."""
    data = make()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letters/a.docx", data)

    assert sniff(data) == media_type
    assert extract(out.getvalue()) == PartsFound("application/zip", (Part(data, "a.docx"),))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["META-INF/MANIFEST.MF", "a.class"], "application/java-archive"),
        (["Index/Document.iwa"], "application/vnd.apple.iwork"),
        (["[Content_Types].xml", "visio/document.xml"], "application/vnd.openxmlformats-package"),
        (["[Content_Types].xml", "xl/workbook.bin"], "application/vnd.ms-excel.sheet.binary.macroenabled.12"),
        (["word/a.txt"], "application/zip"),
    ],
)
def test_other_zips_have_their_names(names: list[str], expected: str) -> None:
    """Zips that are neither archives nor office files are known as what they are."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")

    assert sniff(out.getvalue()) == expected


@pytest.mark.parametrize("stream", ["EncryptedPackage", "EncryptionInfo\0EncryptedPackage"])
def test_a_locked_office_file(stream: str) -> None:
    """Office files behind a password are no zips any more, and refused as encrypted."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + f"{stream}\0".encode("utf-16-le") + bytes(600)

    assert _reason(data) is Reason.ENCRYPTED


def test_a_locked_open_document() -> None:
    """So are LibreOffice's, whose manifest says it."""
    data = _with_member(_open_document(), "META-INF/manifest.xml", b"<manifest:encryption-data/>")

    assert _reason(data) is Reason.ENCRYPTED


@pytest.mark.parametrize("make", [_word, _sheet, _slides, _open_document])
def test_office_files_cut_short(make: Make) -> None:
    """A file without its end is refused as truncated."""
    data = make()

    assert _reason(data[: len(data) // 2]) is Reason.TRUNCATED


def test_old_word_files_are_known_but_not_read() -> None:
    """Word's format before 2007 is refused by its name."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "WordDocument\0".encode("utf-16-le")

    with pytest.raises(MalformedRecord, match="application/msword") as refusal:
        extract(data)
    assert refusal.value.reason is Reason.UNSUPPORTED_MEDIA_TYPE


_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lollollollol">'
    + "".join(f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
    + "]>"
)


@pytest.mark.security
@pytest.mark.parametrize(
    ("make", "member", "body"),
    [
        (_word, "word/document.xml", '<w:p xmlns:w="{w}"><w:r><w:t>&j;</w:t></w:r></w:p>'),
        (_slides, "ppt/slides/slide1.xml", '<a:p xmlns:a="{a}"><a:r><a:t>&j;</a:t></a:r></a:p>'),
        (_open_document, "content.xml", '<text:p xmlns:text="{t}">&j;</text:p>'),
    ],
)
def test_entities_that_multiply(make: Make, member: str, body: str) -> None:
    """An XML bomb: no entity is expanded, a file that defines any is refused."""
    data = _with_member(make(), member, (_LAUGHS + body).encode())

    assert _reason(data) is Reason.UNPARSABLE


@pytest.mark.security
def test_entities_that_multiply_in_a_spreadsheet() -> None:
    """Another parser, the same bomb."""
    strings = (_LAUGHS + '<sst xmlns="x"><si><t>&j;</t></si></sst>').encode()

    assert _reason(_with_member(_sheet(), "xl/sharedStrings.xml", strings)) is Reason.UNPARSABLE


@pytest.mark.security
def test_entities_that_read_files(tmp_path: Any) -> None:
    """An external entity brings no file of this machine into a text."""
    (tmp_path / "secret.txt").write_text("a secret")
    body = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY s SYSTEM "file://{tmp_path}/secret.txt">]>'
        '<w:p xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:r><w:t>&s;</w:t></w:r></w:p>'
    )

    assert _reason(_with_member(_word(), "word/document.xml", body.encode())) is Reason.UNPARSABLE


@pytest.mark.security
@pytest.mark.parametrize(
    ("make", "member"),
    [(_word, "word/document.xml"), (_sheet, "xl/sharedStrings.xml"), (_open_document, "content.xml")],
)
def test_office_files_that_are_bombs(make: Make, member: str) -> None:
    """A zip bomb in an office file is refused before it is unpacked."""
    data = _with_member(make(), member, b" " * 60_000_000)

    assert _reason(data) is Reason.OVERSIZED


@pytest.mark.security
def test_a_sheet_that_claims_to_be_endless() -> None:
    """A value in the last cell of the largest sheet takes the parser's process, not this one."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "first", "last"
    with Sandbox() as sandbox, pytest.raises(MalformedRecord) as refusal:
        sandbox.extract(_saved(workbook))

    assert refusal.value.reason is Reason.UNPARSABLE


@pytest.mark.security
def test_elements_nested_without_end() -> None:
    """Nesting that would exhaust a stack is refused."""
    body = b"<w:x>" * 100_000
    document = b'<w:x xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">' + body

    assert _reason(_with_member(_word(), "word/document.xml", document)) is Reason.UNPARSABLE
