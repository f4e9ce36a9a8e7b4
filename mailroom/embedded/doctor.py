"""What this machine has, what it lacks, and how to mend it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

import psutil

from mailroom.contracts.errors import MailroomError
from mailroom.embedded import ports
from mailroom.embedded.folders import GIB, cache_folder, free_bytes
from mailroom.embedded.jars import locked, missing
from mailroom.embedded.java import find_java
from mailroom.embedded.state import running
from mailroom.settings import home

NEEDED_MEMORY = 3 * GIB  # broker, Flink with two workers, classifier
NEEDED_DISK = GIB

LANGUAGES = ("en", "de", "fr", "es")

# Import name, what it is for.
PACKAGES = (
    ("confluent_kafka", "the log's client"),
    ("pyflink", "cleansing and routing"),
    ("pyspark", "training, and Ivy, which fetches the jars"),
    ("sklearn", "the text kernels"),
    ("pypdfium2", "PDF"),
    ("tesserocr", "OCR"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Args:
        name: What it is.
        ok: Whether it is as it should be.
        needed: Whether the system cannot run without it.
        found: What was found.
        mend: What to do when it is not ok.
    """

    name: str
    ok: bool
    needed: bool
    found: str
    mend: str = ""

    def document(self) -> dict[str, Any]:
        """The finding as JSON-serialisable values."""
        return asdict(self)


def examine() -> list[Finding]:
    """Look at everything the embedded system needs."""
    checks: Sequence[Callable[[], Finding]] = (
        python,
        java,
        memory,
        disk,
        packages,
        ocr,
        jars,
        loopback,
        system,
    )
    return [check() for check in checks]


def python() -> Finding:
    """The Python that runs this."""
    ok = (3, 11) <= sys.version_info[:2] <= (3, 12)
    mend = "" if ok else "make the environment with Python 3.11 or 3.12, as `make demo` does"
    return Finding("python", ok, True, sys.version.split()[0], mend)


def java() -> Finding:
    """Java 17 or newer, for Kafka and Flink."""
    try:
        runtime = find_java()
    except MailroomError as error:
        found, _, mend = str(error).partition(": ")
        return Finding("java", ok=False, needed=True, found=found, mend=mend)
    return Finding("java", ok=True, needed=True, found=f"{runtime.version} at {runtime.path}")


def memory() -> Finding:
    """Memory for all processes together; less than that means swapping, not failing."""
    free = psutil.virtual_memory().available
    mend = "" if free >= NEEDED_MEMORY else "close other programs"
    return Finding("memory", not mend, False, f"{free / GIB:.1f} GiB available, 3 are used", mend)


def disk() -> Finding:
    """Room for the log and for Flink's checkpoints."""
    folder = home()
    free = free_bytes(folder)
    mend = "" if free >= NEEDED_DISK else "make room, or set MAILROOM_HOME to a folder on another disk"
    return Finding("disk", not mend, True, f"{free / GIB:.1f} GiB free for {folder}", mend)


def packages() -> Finding:
    """The Python packages of all parts."""
    lacking = [f"{name} ({purpose})" for name, purpose in PACKAGES if find_spec(name) is None]
    if not lacking:
        return Finding("packages", ok=True, needed=True, found="all are installed")
    found = "missing: " + ", ".join(lacking)
    return Finding("packages", False, True, found, "uv pip sync requirements/all.txt")


def ocr() -> Finding:
    """The OCR engine's language data; without it only scanned pages fail."""
    try:
        # Where the engine is missing, looking for its data must not end the examination.
        from mailroom.extract.ocr.tessdata import INSTALL, find_tessdata, installed_languages  # noqa: PLC0415
    except ImportError as error:
        return Finding("ocr", False, False, str(error), "uv pip sync requirements/all.txt")
    try:
        languages = installed_languages(find_tessdata())
    except MailroomError as error:
        return Finding("ocr", False, False, str(error), f"sudo {INSTALL}")
    lacking = [code for code in LANGUAGES if code not in languages]
    found = f"no data for {', '.join(lacking)}" if lacking else f"data for {', '.join(LANGUAGES)}"
    return Finding("ocr", not lacking, False, found, f"sudo {INSTALL}" if lacking else "")


def jars() -> Finding:
    """The jars of the broker and the connector; the first start fetches them."""
    folder = cache_folder() / "jars"
    every = [*locked("kafka"), *locked("flink")]
    lacking = len(missing(every, folder))
    if not lacking:
        return Finding("jars", True, False, f"{len(every)} verified in {folder}")
    return Finding(
        "jars", False, False, f"{lacking} of {len(every)} missing", "`mailroom up` fetches them once"
    )


def loopback() -> Finding:
    """A server can listen on the loopback address."""
    try:
        port = ports.any_free()
    except OSError as error:
        mend = f"let programs listen on {ports.LOOPBACK}"
        return Finding("ports", False, True, str(error), mend)
    return Finding("ports", True, True, f"{ports.LOOPBACK} has free ones, such as {port}")


def system() -> Finding:
    """Whether the embedded system runs; it need not."""
    state = running()
    found = f"up, broker {state.bootstrap}" if state else "not running (`mailroom up` starts it)"
    return Finding("system", True, False, found)
