"""The overview for all who watch, looked up once a second at most: of 100,000 documents it takes a tenth of one."""

import threading
from dataclasses import dataclass, field

from console.accounts.roles import Permission, Person
from console.overview import Overview, overview, utc
from departments.store.engine import Store
from mailroom.streams.clock import Clock

SECONDS = 1.0

Kind = tuple[tuple[str, ...] | None, bool]
"""What an overview depends on: the desks that somebody may see, and whether operators' figures are in it."""


@dataclass(slots=True)
class Glances:
    """Looks, and remembers for a second; safe for threads.

    Attributes:
        store: The departments' database.
        clock: Tells how old a look is.
    """

    store: Store
    clock: Clock
    _seen: dict[Kind, tuple[float, Overview]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, person: Person) -> Overview:
        """What a person may know of the whole, at most a second old."""
        kind = (person.desks, person.may(Permission.OPERATE))
        with self._lock:
            at, found = self._seen.get(kind, (float("-inf"), None))
            if found is None or self.clock.monotonic() - at > SECONDS:
                with self.store.reading() as session:
                    found = overview(session, person, utc(self.clock.now()))
                self._seen[kind] = (self.clock.monotonic(), found)
            return found
