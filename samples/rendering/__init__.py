"""Files out of samples: plain text, HTML, born-digital PDF, degraded scans."""

from random import Random

from samples.errors import UnknownChoice
from samples.sample import FORMS, Sample

MEDIA_TYPES = {
    "txt": "text/plain",
    "html": "text/html",
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
}


def render(sample: Sample, form: str) -> bytes:
    """Render a sample; the same sample and form give the same bytes.

    Args:
        sample: What to render.
        form: One of `FORMS`; `scan` is PNG, JPEG, TIFF or a PDF of images: see `scan_suffix`.

    Raises:
        UnknownChoice: A form that does not exist.
    """
    if form == "txt":
        return sample.text.encode()
    if form == "html":
        from samples.rendering.web import write_html  # noqa: PLC0415

        return write_html(sample).encode()
    if form == "pdf":
        from samples.rendering.pages import write_pdf  # noqa: PLC0415

        return write_pdf(sample)
    if form == "scan":
        from samples.rendering.scanner import scan_pages  # noqa: PLC0415

        return scan_pages(sample, scan_suffix(sample))
    raise UnknownChoice(f"no form named {form}; choose from {', '.join(FORMS)}")


def suffix_of(sample: Sample, form: str) -> str:
    """The file suffix of a sample in a form, without a dot."""
    return scan_suffix(sample) if form == "scan" else form


def scan_suffix(sample: Sample) -> str:
    """The file type that this sample's scan has: mostly JPEG and PNG, sometimes TIFF or a PDF of images."""
    return Random(f"{sample.id}:scan").choices(("jpg", "png", "tiff", "pdf"), (45, 30, 10, 15))[0]
