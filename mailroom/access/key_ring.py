"""The keys that a door knows, looked at anew whenever their file changes: a revoked key is worth nothing at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailroom.access import key_file
from mailroom.access.key_file import Mark
from mailroom.access.keys import ApiKey, fits, id_of
from mailroom.streams.clock import Clock, SystemClock

Keys = dict[str, ApiKey]


@dataclass(slots=True)
class KeyRing:
    """Tells whose key something is.

    Attributes:
        load: Reads all keys; asked again whenever `mark` changes.
        mark: Tells a change.
        clock: Tells what has expired.
    """

    load: Callable[[], tuple[ApiKey, ...]]
    mark: Callable[[], Mark | None]
    clock: Clock = field(default_factory=SystemClock)
    _seen: Mark | None = None
    _keys: Keys | None = None

    def owner(self, presented: str) -> ApiKey | None:
        """The valid key that was presented; None for what is wrong, unknown, expired or revoked, all alike.

        Raises:
            KeysUnusable: The file cannot be trusted any more; nobody is let in.
        """
        known = self._current().get(id_of(presented) or "")
        matches = fits(presented, known)
        return known if matches and known is not None and known.is_valid(self.clock.now()) else None

    def _current(self) -> Keys:
        """The keys as they are now; while a changed file cannot be read, each call fails, and nobody is let in."""
        mark = self.mark()
        if self._keys is None or mark != self._seen:
            self._keys = {key.id: key for key in self.load()}
            self._seen = mark
        return self._keys


def of_file(file: Path, clock: Clock | None = None) -> KeyRing:
    """The keys of a file, read once now.

    Raises:
        KeysUnusable: It cannot be read, or not be trusted.
    """
    ring = KeyRing(lambda: key_file.read(file), lambda: key_file.marked(file), clock or SystemClock())
    ring.owner("")
    return ring


def of_content(content: str, where: str, clock: Clock | None = None) -> KeyRing:
    """The keys of a file's content, as a secret hands it over.

    Raises:
        KeysUnusable: It is none of ours.
    """
    keys = key_file.parse(content, where)
    return KeyRing(lambda: keys, lambda: None, clock or SystemClock())
