"""An archive of a JVM's loaded classes, which halves the time that Kafka takes to start.

The archive is made once for each Java and each set of jars, by a run that is thrown away; the JVM itself checks
that it fits, and loads from the jars where it does not.
"""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import FileLock

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.folders import cache_folder, room_for
from mailroom.embedded.java import Java

WRITING_SECONDS = 60.0
QUIET = "-Xlog:cds=off,class+path=off"

Run = Callable[[Path, Sequence[str]], None]


def options(java: Java, jars: Sequence[Path], name: str, run_once: Run) -> list[str]:
    """The JVM options that use the archive of a program, which is made first where there is none.

    Args:
        java: The runtime that will run the program.
        jars: Its class path.
        name: What to call it.
        run_once: Runs the program in a folder, with these JVM options, to a clean end.
    """
    folder = cache_folder() / "classes"
    archive = folder / f"{name}-{fingerprint(java, jars)}.jsa"
    if not archive.exists():
        with room_for(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / ".lock"):
                _make(archive, run_once)
    # An empty file says that this Java writes no archives, so that it is not asked again.
    return [f"-XX:SharedArchiveFile={archive}", QUIET] if archive.stat().st_size else []


def fingerprint(java: Java, jars: Sequence[Path]) -> str:
    """A name for one Java and one class path; another build of either has another name."""
    program = java.path.resolve()
    parts = [str(program), str(program.stat().st_mtime_ns), *map(str, jars)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _make(archive: Path, run_once: Run) -> None:
    if archive.exists():
        return
    with tempfile.TemporaryDirectory(prefix=".run-", dir=archive.parent) as name:
        work = Path(name)
        written = work / archive.name
        try:
            run_once(work, [f"-XX:ArchiveClassesAtExit={written}", QUIET])
        except MailroomError:
            # The real start says better what is wrong.
            written.unlink(missing_ok=True)
        if not written.exists():
            written.touch()
        written.replace(archive)
