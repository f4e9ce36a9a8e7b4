"""What tests of the doors share."""

from dataclasses import dataclass, field

import pytest

from ingest.content import Intake


@dataclass
class MemoryStore:
    """An object store that keeps what it is given."""

    kept: list[bytes] = field(default_factory=list)

    def put(self, data: bytes) -> str:
        """Keep the bytes under their number."""
        self.kept.append(data)
        return f"memory://{len(self.kept)}"


@pytest.fixture
def intake() -> Intake:
    """Reads documents; above 100 bytes they go to a store in memory."""
    return Intake(MemoryStore(), 100)
