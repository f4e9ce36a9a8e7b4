"""Write `jars.lock` anew, after a change of the versions below: `python -m mailroom.embedded.relock`.

Resolves each set with everything it depends on, and records what came. Review the difference before committing
it: from then on nothing else is fetched or loaded.
"""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from mailroom.embedded.files import write_atomically
from mailroom.embedded.jars import Jar, JarsMissing, digest, ivy_module, run_ivy
from mailroom.embedded.logs import TAIL_BYTES

LOCK = Path(__file__).with_name("jars.lock")

HEADER = """\
# Every jar that the embedded runtime takes from the Java registry: set, coordinates, SHA-256 of the file.
# Written by `python -m mailroom.embedded.relock`; what is not listed here is neither fetched nor loaded.
"""

ROOTS: Mapping[str, tuple[str, ...]] = {
    "kafka": (
        "org.apache.kafka:kafka_2.13:4.3.1",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    ),
    "flink": ("org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2",),
}


def resolve(family: str, coordinates: Iterable[str], work: Path) -> list[Jar]:
    """The jars of one set with all they depend on, in the order of their names.

    Raises:
        JarsMissing: The registry did not have them all.
    """
    roots = [Jar(family, *_parts(root), sha256="") for root in coordinates]
    out = work / "out"
    outcome = run_ivy(
        ivy_module(roots, transitive=True),
        work,
        "out/[organisation]/[artifact]/[revision]/[artifact]-[revision].[ext]",
    )
    if outcome.returncode:
        raise JarsMissing(f"Ivy could not resolve {family}: {outcome.stdout[-TAIL_BYTES:]}")
    return [_jar(family, file.relative_to(out), file) for file in sorted(out.glob("*/*/*/*.jar"))]


def render(jars: Iterable[Jar]) -> str:
    """The lock file's text."""
    lines = (f"{jar.family} {jar.organisation}:{jar.name}:{jar.revision} {jar.sha256}\n" for jar in jars)
    return HEADER + "".join(lines)


def main() -> None:
    """Resolve every set and replace the lock file."""
    jars: list[Jar] = []
    for family, coordinates in ROOTS.items():
        with tempfile.TemporaryDirectory() as folder:
            jars += resolve(family, coordinates, Path(folder))
    write_atomically(LOCK, render(jars))


def _parts(coordinates: str) -> tuple[str, str, str]:
    organisation, name, revision = coordinates.split(":")
    return organisation, name, revision


def _jar(family: str, place: Path, file: Path) -> Jar:
    organisation, name, revision = place.parts[:3]
    return Jar(family, organisation, name, revision, digest(file) or "")


if __name__ == "__main__":
    main()
