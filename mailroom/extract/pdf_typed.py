"""What was typed onto the pages of a PDF: the values of its form's fields, and text laid over a page as a remark."""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

_MOST_ANNOTATIONS = 2000
_LONGEST_VALUE_BYTES = 64 * 1024
_PASSWORD_FIELD = 1 << 13


def typed(page: Any, form: Any) -> str:
    """The values, a line each, with what the form calls them where it says so.

    Args:
        page: A page of PDFium, loaded after the form was.
        form: The document's form environment; None where it has no form.
    """
    import pypdfium2.raw as pdfium  # noqa: PLC0415

    lines: list[str] = []
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page.raw), _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            lines.extend(_lines(pdfium, annotation, form))
            pdfium.FPDFPage_CloseAnnot(annotation)
    return "\n".join(lines)


def _lines(pdfium: Any, annotation: Any, form: Any) -> Iterator[str]:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == pdfium.FPDF_ANNOT_FREETEXT:
        line = _string(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents")
    elif kind == pdfium.FPDF_ANNOT_WIDGET and form is not None:
        line = _field(pdfium, annotation, form)
    else:
        line = ""
    if line:
        yield line


def _field(pdfium: Any, annotation: Any, form: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    label = _string(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
    if kind in {pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON}:
        return label if pdfium.FPDFAnnot_IsChecked(form, annotation) else ""
    secret = pdfium.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD_FIELD
    if kind in {pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_SIGNATURE} or secret:
        return ""
    value = _string(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)
    return f"{label}: {value}" if label and value else value


def _string(get: Callable[..., int], *of: Any) -> str:
    """A string of PDFium's: asked for its length in bytes, then written as UTF-16 with a zero at its end."""
    import pypdfium2.raw as pdfium  # noqa: PLC0415

    length = get(*of, None, 0)
    if not 2 < length <= _LONGEST_VALUE_BYTES:  # noqa: PLR2004 - the zero at the end alone is two
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(*of, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace").strip()
