"""Settings of the report."""

from pydantic import Field

from mailroom.settings import Section


class ReportSettings(Section):
    """What a report shows."""

    excerpts: bool = Field(
        True,
        description="quote the documents that were got wrong; false keeps private data out of the report",
    )
    excerpt_characters: int = Field(240, gt=0, description="of each quoted document")
    wrong_documents: int = Field(20, ge=0, description="how many of the most confidently wrong are listed")
    terms: int = Field(12, gt=0, description="deciding words per label")
    sources: int = Field(
        60, gt=0, description="rows of the table of sources; those that went worst come first"
    )
