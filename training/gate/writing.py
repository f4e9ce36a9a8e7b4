"""The verdict as files: for a person, for a script, and signed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.embedded.files import write_atomically
from mailroom.settings import home
from training.gate.page import html_page
from training.gate.signing import signed, statement
from training.gate.verdict import Verdict

STATEMENT, PAGE, ENVELOPE = "verdict.json", "verdict.html", "verdict.dsse.json"


@dataclass(frozen=True, slots=True)
class VerdictFiles:
    """What was written.

    Attributes:
        statement: The verdict in an in-toto statement, JSON.
        page: One HTML file.
        envelope: The statement, signed.
    """

    statement: Path
    page: Path
    envelope: Path

    def told(self) -> dict[str, str]:
        """As JSON-serialisable values."""
        return {"verdict": str(self.statement), "page": str(self.page), "signed": str(self.envelope)}


def write_verdict(verdict: Verdict, folder: Path | None, key: Path) -> VerdictFiles:
    """Write all three.

    Args:
        verdict: What the gate says.
        folder: Where to; by default a folder of its own in this user's Mailroom.
        key: The private key; made where there is none.

    Raises:
        UsageError: The key cannot be used.
    """
    place = folder or home() / "gate" / "verdicts" / _name(verdict)
    files = VerdictFiles(place / STATEMENT, place / PAGE, place / ENVELOPE)
    content = json.dumps(statement(verdict), ensure_ascii=False, indent=2) + "\n"
    envelope = signed(content.encode(), key)
    write_atomically(files.statement, content)
    write_atomically(files.page, html_page(verdict))
    write_atomically(files.envelope, envelope)
    return files


def result(verdict: Verdict, files: VerdictFiles) -> dict[str, Any]:
    """What `mailroom gate --json` prints."""
    return {**verdict.told(), "files": files.told()}


def _name(verdict: Verdict) -> str:
    digest = str(verdict.candidate.get("digest") or "unsound")[:12]
    return f"{verdict.made_at.replace(':', '')}-{digest}"
