"""How a worker tells the job's process to stop for good.

Flink would start a worker that failed again and again; each time, some hundred documents more would be dead-lettered.
Where the workers run on other machines, Flink gives up by itself after its own few tries.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailroom.failure_cap import StageBroken


@dataclass(frozen=True, slots=True)
class StopNote:
    """A note in the job's folder."""

    folder: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / "stopped-because.txt"

    def write(self, message: str) -> None:
        """Leave it; whoever comes second says the same."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path.write_text(message, encoding="utf-8")

    def read(self) -> str | None:
        """What it says; None where there is none."""
        try:
            return self.path.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            return None

    def obey(self, cancel: Callable[[], None]) -> None:
        """End the job for good once a worker says so; its checkpoints stay.

        Raises:
            StageBroken: It did.
        """
        message = self.read()
        if message is not None:
            cancel()
            raise StageBroken(message)

    def clear(self) -> None:
        """Remove it: the job is started again."""
        self.path.unlink(missing_ok=True)
