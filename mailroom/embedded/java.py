"""The Java runtime that Kafka and Flink need: where it is, and what to type where it is missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailroom.contracts.errors import MailroomError

OLDEST = 17  # Kafka 4 and Flink 2 refuse anything older

USUAL_FOLDERS = ("/usr/lib/jvm", "/opt/java", "/opt/jdk", "/Library/Java/JavaVirtualMachines")
_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime: the path of its `java` program and its major version."""

    path: Path
    version: int

    @property
    def home(self) -> Path:
        """The folder that `JAVA_HOME` names for this runtime."""
        return self.path.resolve().parent.parent


class JavaMissing(MailroomError):
    """There is no Java on this machine, or only one that is too old."""


def parse_version(answer: str) -> int | None:
    """The major version in what `java -version` printed (`1.8.0_402` is 8), or nothing."""
    match = _VERSION.search(answer)
    return int(match.group(1)) if match else None


def install_line(os_release: str, has: Iterable[str]) -> str:
    """The command that installs Java here.

    Args:
        os_release: The content of `/etc/os-release`, empty where there is none.
        has: The package managers that are installed, by program name.
    """
    programs = set(has)
    if "apt-get" in programs:
        return f"sudo apt-get install -y openjdk-{_debian_version(os_release)}-jre-headless"
    if "dnf" in programs:
        return "sudo dnf install -y java-21-openjdk-headless"
    if "brew" in programs:
        return "brew install openjdk@17"
    return "install Java 17 with your system's package manager and set JAVA_HOME to it"


def find_java(environment: Mapping[str, str] | None = None) -> Java:
    """Find Java 17 or newer: `JAVA_HOME` first, then the `PATH`, then the usual folders.

    Args:
        environment: The variables to look in; this process's own by default.

    Raises:
        JavaMissing: There is none, or all are too old; the message is the command that installs one.
    """
    too_old: list[Java] = []
    for path in _candidates(os.environ if environment is None else environment):
        version = _ask(path)
        if version is not None and version >= OLDEST:
            return Java(path, version)
        if version is not None:
            too_old.append(Java(path, version))
    found = f"found only Java {too_old[0].version} at {too_old[0].path}" if too_old else "found none"
    raise JavaMissing(f"Java {OLDEST} or newer is needed, {found}: {_install_line_here()}")


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    home = environment.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin" / "java"
    on_path = shutil.which("java", path=environment.get("PATH", ""))
    if on_path:
        yield Path(on_path)
    for folder in USUAL_FOLDERS:
        for pattern in ("bin/java", "*/bin/java", "*/Contents/Home/bin/java"):
            yield from sorted(Path(folder).glob(pattern), reverse=True)


def _ask(java: Path) -> int | None:
    try:
        answer = subprocess.run(
            [java, "-version"], capture_output=True, text=True, timeout=30, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return parse_version(answer.stderr + answer.stdout) if answer.returncode == 0 else None


def _debian_version(os_release: str) -> int:
    # Debian 13 dropped 17; older Debian and every Ubuntu since 20.04 carry it.
    fields = dict(line.split("=", 1) for line in os_release.splitlines() if "=" in line)
    number = fields.get("VERSION_ID", "").strip('"').split(".")[0]
    newer = fields.get("ID", "").strip('"') == "debian" and number.isdigit() and int(number) >= 13  # noqa: PLR2004 - a release
    return 21 if newer else OLDEST


def _install_line_here() -> str:
    release = Path("/etc/os-release")
    text = release.read_text(encoding="utf-8", errors="replace") if release.is_file() else ""
    return install_line(text, [name for name in ("apt-get", "dnf", "brew") if shutil.which(name)])
