"""What the gate is asked to judge."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailroom.contracts.errors import UsageError
from training.gate.limits import Limits

INTEGRITY = "integrity.json"


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be judged.

    Attributes:
        candidate: A package's folder, or an image.
        champion: Likewise; None for the first model of all, which is held to its own promises alone.
        documents: Files or folders of labelled documents.
        limits: The margins.
        integrity: The report on the candidate's training data; by default the one beside its folder.
        in_process: Without containers.
    """

    candidate: str
    champion: str | None
    documents: tuple[Path, ...]
    limits: Limits
    integrity: Path | None = None
    in_process: bool = False

    def integrity_report(self) -> dict[str, Any] | None:
        """The report on the candidate's training data; None where there is none.

        Raises:
            UsageError: It cannot be read, or is none.
        """
        beside = Path(self.candidate).parent / INTEGRITY
        folder = Path(self.candidate).is_dir()
        file = self.integrity or (beside if folder and beside.is_file() else None)
        return None if file is None else _report(file)


def _report(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or found.get("status") not in {"pass", "warn", "stop"}:
            raise ValueError("no `status`")  # noqa: TRY301 - said with the place below
    except (OSError, ValueError) as error:
        raise UsageError(f"{file}: no integrity report ({error}): give a run's {INTEGRITY}") from error
    return found
