"""Write `jars.lock` anew, after a change of the versions below: `python -m mailroom.embedded.relock`.

Resolves each set with everything it depends on, and records what came. Review the difference before committing
it: from then on nothing else is fetched or loaded.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from mailroom.embedded.files import write_atomically
from mailroom.embedded.jars import Jar, JarsMissing, digest, ivy_module, run_ivy, spark_jars
from mailroom.embedded.logs import TAIL_BYTES

LOCK = Path(__file__).with_name("jars.lock")

_VERSIONED = re.compile(r"-\d.*$")

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
    "spark-mongodb": ("org.mongodb.spark:mongo-spark-connector_2.13:10.5.0",),
    # What S3A needs of the AWS SDK, in place of the SDK's bundle of all services (17 MB against 600).
    "spark-s3": (
        "org.apache.hadoop:hadoop-aws:3.5.0",
        "software.amazon.awssdk:s3:2.35.4",
        "software.amazon.awssdk:s3-transfer-manager:2.35.4",
        "software.amazon.awssdk:sts:2.35.4",
        "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3:1.3.1",
    ),
    "jdbc-postgresql": ("org.postgresql:postgresql:42.7.8",),
    "jdbc-oracle": ("com.oracle.database.jdbc:ojdbc11:23.9.0.25.07",),
    "mongo-java-server": ("de.bwaldvogel:mongo-java-server:1.47.0",),
}
ALONE = frozenset(
    {
        "org.apache.hadoop:hadoop-aws",
        "software.amazon.s3.analyticsaccelerator:analyticsaccelerator-s3",
        "org.postgresql:postgresql",
        "com.oracle.database.jdbc:ojdbc11",
    }
)
"""Roots without what they depend on: a bundle that others replace, annotations, pools that nobody asks for."""

INTO_SPARK = ("spark-", "jdbc-")
"""Sets that are loaded beside Spark's own jars: what Spark carries is left out."""


def resolve(family: str, coordinates: Iterable[str], work: Path) -> list[Jar]:
    """The jars of one set with all they depend on, in the order of their names.

    Raises:
        JarsMissing: The registry did not have them all.
    """
    roots = [Jar(family, *_parts(root), sha256="") for root in coordinates]
    out = work / "out"
    outcome = run_ivy(
        ivy_module(
            roots, transitive=[root for root in roots if f"{root.organisation}:{root.name}" not in ALONE]
        ),
        work,
        "out/[organisation]/[artifact]/[revision]/[artifact]-[revision].[ext]",
    )
    if outcome.returncode:
        raise JarsMissing(f"Ivy could not resolve {family}: {outcome.stdout[-TAIL_BYTES:]}")
    jars = [_jar(family, file.relative_to(out), file) for file in sorted(out.glob("*/*/*/*.jar"))]
    carried = spark_carries() if family.startswith(INTO_SPARK) else frozenset()
    return [jar for jar in jars if jar.name not in carried]


def spark_carries() -> frozenset[str]:
    """The names of the artifacts that PySpark ships as jars."""
    return frozenset(_VERSIONED.sub("", path.stem) for path in spark_jars("*"))


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
