"""Kafka's jars, connectors and drivers of Flink and Spark: fetched once per user, verified, then never again.

Ivy, which PySpark ships, fetches them; `jars.lock` says which, down to the last transitive one, and what the
SHA-256 of each must be. A jar that is in the cache with the right digest needs no network.
"""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock

from mailroom.contracts.errors import MailroomError
from mailroom.embedded.folders import cache_folder, room_for
from mailroom.embedded.java import find_java

TRUST_STORE = Path("/etc/ssl/certs/java/cacerts")
FETCH_SECONDS = 900.0
DEBIAN_IVY = Path("/usr/share/java/ivy.jar")  # of its package `ivy`, for a machine without PySpark


class JarsMissing(MailroomError):
    """Jars that are neither in the cache nor to be had from the network, or not the ones that were locked."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the lock: a published jar, the set it belongs to, and the digest it must have."""

    family: str
    organisation: str
    name: str
    revision: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file in the cache."""
        return f"{self.name}-{self.revision}.jar"


def parse_lock(text: str) -> tuple[Jar, ...]:
    """Read a lock file: lines of `set organisation:name:revision sha256`, `#` begins a comment line."""
    return tuple(_jar(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def locked(family: str) -> tuple[Jar, ...]:
    """The jars of one set (`kafka`, `flink`, `spark-s3`), in the order of the lock file."""
    text = files("mailroom.embedded").joinpath("jars.lock").read_text(encoding="utf-8")
    return tuple(jar for jar in parse_lock(text) if jar.family == family)


def kafka_classpath() -> list[Path]:
    """The jars of a Kafka broker, fetched on first use.

    Raises:
        JarsMissing: They are not in the cache and cannot be fetched.
        JavaMissing: Fetching needs Java, and there is none.
        DiskFull: They do not fit on the disk of the cache.
    """
    return provide(locked("kafka"))


def flink_kafka_connector() -> Path:
    """The jar of Flink's Kafka connector, fetched on first use; raises as `kafka_classpath` does."""
    return provide(locked("flink"))[0]


def missing(jars: Iterable[Jar], folder: Path) -> list[Jar]:
    """Those of `jars` that are not in a folder with the digest they must have."""
    return [jar for jar in jars if digest(folder / jar.file_name) != jar.sha256]


def digest(path: Path) -> str | None:
    """The SHA-256 of a file as hexadecimal digits, or nothing when there is no such file."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def provide(jars: Sequence[Jar]) -> list[Path]:
    """The paths of jars in the user's cache, after fetching those that are not there.

    One process fetches at a time; the others wait for it and find the jars in place.

    Raises:
        JarsMissing: As `kafka_classpath`.
        JavaMissing: As `kafka_classpath`.
        DiskFull: As `kafka_classpath`.
    """
    folder = cache_folder() / "jars"
    if missing(jars, folder):
        with room_for(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with FileLock(folder / ".lock"):
                _fetch(missing(jars, folder), folder)
    return [folder / jar.file_name for jar in jars]


def ivy_module(jars: Iterable[Jar], *, transitive: Container[Jar] = ()) -> str:
    """The Ivy file that asks for these jars.

    Args:
        jars: Which.
        transitive: Those to take with all they depend on, which is for making a lock.
    """
    wanted = "".join(
        f'<dependency org="{jar.organisation}" name="{jar.name}" rev="{jar.revision}"'
        f' transitive="{str(jar in transitive).lower()}" conf="default->default"/>\n'
        for jar in jars
    )
    return (
        '<ivy-module version="2.0"><info organisation="mailroom" module="embedded"/>\n'
        f'<configurations><conf name="default"/></configurations>\n<dependencies>\n{wanted}'
        "</dependencies></ivy-module>\n"
    )


def run_ivy(module: str, work: Path, pattern: str) -> subprocess.CompletedProcess[str]:
    """Resolve an Ivy file with Ivy's own default resolvers.

    Args:
        module: The Ivy file's text.
        work: A folder to work in; Ivy's cache stays inside it.
        pattern: Where under `work` the artifacts go, in Ivy's notation.

    Raises:
        JavaMissing: There is no Java to run it.
        JarsMissing: PySpark, which ships Ivy, is not installed, or the registry did not answer in time.
    """
    descriptor = work / "ivy.xml"
    descriptor.write_text(module, encoding="utf-8")
    ivy = ["-cp", str(_ivy_jar()), "org.apache.ivy.Main", "-ivy", str(descriptor)]
    where = ["-cache", str(work / "ivy"), "-types", "jar", "bundle", "-retrieve", str(work / pattern)]
    command = [str(find_java().path), *_network_options(os.environ.get("https_proxy", "")), *ivy, *where]
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS, errors="replace"
        )
    except subprocess.TimeoutExpired as error:
        raise JarsMissing(_unreachable(work)) from error


def spark_jars(pattern: str) -> list[Path]:
    """The jars in PySpark whose names, without `.jar`, match a glob pattern; none without PySpark."""
    spark = find_spec("pyspark")
    places = spark.submodule_search_locations if spark and spark.submodule_search_locations else []
    return [jar for place in places for jar in sorted(Path(place, "jars").glob(f"{pattern}.jar"))]


def _jar(line: str) -> Jar:
    family, coordinates, sha256 = line.split()
    organisation, name, revision = coordinates.split(":")
    return Jar(family, organisation, name, revision, sha256)


def _fetch(jars: Sequence[Jar], folder: Path) -> None:
    if not jars:
        return
    for abandoned in folder.glob(".fetch-*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as name:
        work = Path(name)
        outcome = run_ivy(ivy_module(jars), work, "out/[artifact]-[revision].[ext]")
        log = folder / "fetch.log"
        log.write_text(outcome.stdout + outcome.stderr, encoding="utf-8")
        for jar in jars:
            _place(jar, work / "out" / jar.file_name, folder, log)


def _place(jar: Jar, fetched: Path, folder: Path, log: Path) -> None:
    found = digest(fetched)
    if found is None:
        raise JarsMissing(_unreachable(log))
    if found != jar.sha256:
        raise JarsMissing(
            f"{jar.file_name} came with the digest {found[:12]}…, the lock asks for {jar.sha256[:12]}…: "
            "something between here and the registry changed it; fetch it over another network"
        )
    fetched.replace(folder / jar.file_name)


def _unreachable(log: Path) -> str:
    return (
        "jars are fetched once, on first use, and the Java registry cannot be reached: connect to the "
        f"network (or set https_proxy), or copy a filled cache folder to MAILROOM_CACHE; details in {log}"
    )


def _ivy_jar() -> Path:
    found = [*spark_jars("ivy-*"), *filter(Path.is_file, [DEBIAN_IVY])]
    if not found:
        raise JarsMissing("Ivy, which PySpark ships, is missing: install the extra `embedded` of mailroom")
    return found[0]


def _network_options(proxy: str) -> list[str]:
    # Java reads neither the system's certificates nor the proxy variables by itself.
    trust = [f"-Djavax.net.ssl.trustStore={TRUST_STORE}"] if TRUST_STORE.is_file() else []
    address = urlsplit(proxy)
    if not address.hostname:
        return trust
    return [*trust, f"-Dhttps.proxyHost={address.hostname}", f"-Dhttps.proxyPort={address.port or 3128}"]
