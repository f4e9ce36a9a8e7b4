"""The jar cache: the lock, digests, and what happens without a network."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from mailroom.embedded import jars

CONTENT = b"a jar"
JAR = jars.Jar("demo", "org.example", "thing", "1.0", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the test's own."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    return tmp_path / "jars"


class FakeIvy:
    """Retrieves the given files, or none, and counts how often it was asked."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.modules: list[str] = []

    def __call__(self, module: str, work: Path, _pattern: str) -> subprocess.CompletedProcess[str]:
        self.modules.append(module)
        (work / "out").mkdir()
        for name, content in self.files.items():
            (work / "out" / name).write_bytes(content)
        return subprocess.CompletedProcess([], 0 if self.files else 1, "", "UNRESOLVED")


def test_a_lock_line_is_a_set_coordinates_and_a_digest() -> None:
    """Comments and blank lines are passed over."""
    parsed = jars.parse_lock("# why\n\ndemo org.example:thing:1.0 abc\n")
    assert parsed == (jars.Jar("demo", "org.example", "thing", "1.0", "abc"),)


def test_the_committed_lock_names_a_broker_and_a_connector() -> None:
    """Every line has a digest; the two sets are what the runtime starts."""
    assert "kafka_2.13-4.3.1.jar" in [jar.file_name for jar in jars.locked("kafka")]
    assert [jar.file_name for jar in jars.locked("flink")] == ["flink-sql-connector-kafka-5.0.0-2.2.jar"]
    assert {len(jar.sha256) for jar in (*jars.locked("kafka"), *jars.locked("flink"))} == {64}


def test_jars_are_fetched_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second call finds them in the cache and asks nobody."""
    ivy = FakeIvy({"thing-1.0.jar": CONTENT})
    monkeypatch.setattr(jars, "run_ivy", ivy)
    assert jars.provide([JAR]) == [cache / "thing-1.0.jar"]
    assert jars.provide([JAR]) == [cache / "thing-1.0.jar"]
    assert len(ivy.modules) == 1
    assert 'org="org.example" name="thing" rev="1.0" transitive="false"' in ivy.modules[0]


def test_a_damaged_jar_is_fetched_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cached file that is not what the lock asks for counts as missing."""
    cache.mkdir()
    (cache / "thing-1.0.jar").write_bytes(b"half a")
    monkeypatch.setattr(jars, "run_ivy", FakeIvy({"thing-1.0.jar": CONTENT}))
    jars.provide([JAR])
    assert (cache / "thing-1.0.jar").read_bytes() == CONTENT


def test_a_jar_that_was_tampered_with_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the registry sends must have the locked digest, and does not enter the cache without it."""
    monkeypatch.setattr(jars, "run_ivy", FakeIvy({"thing-1.0.jar": b"another jar"}))
    with pytest.raises(jars.JarsMissing, match=r"^thing-1\.0\.jar came with the digest"):
        jars.provide([JAR])
    assert not (cache / "thing-1.0.jar").exists()


def test_without_a_network_the_message_says_the_mend(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line: connect once, or bring a filled cache; and where the details are."""
    monkeypatch.setattr(jars, "run_ivy", FakeIvy({}))
    with pytest.raises(jars.JarsMissing) as raised:
        jars.provide([JAR])
    assert "connect to the network" in str(raised.value)
    assert str(cache / "fetch.log") in str(raised.value)
    assert "\n" not in str(raised.value)
    assert (cache / "fetch.log").read_text() == "UNRESOLVED"


def test_an_abandoned_fetch_is_cleared_away(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed fetch left does not pile up."""
    (cache / ".fetch-old").mkdir(parents=True)
    monkeypatch.setattr(jars, "run_ivy", FakeIvy({"thing-1.0.jar": CONTENT}))
    jars.provide([JAR])
    assert sorted(path.name for path in cache.iterdir() if path.name.startswith(".fetch")) == []


def test_a_proxy_is_passed_on_to_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Java does not read the proxy variables by itself."""
    monkeypatch.setattr(jars, "TRUST_STORE", tmp_path / "absent")
    assert jars._network_options("http://proxy.example:3129") == [
        "-Dhttps.proxyHost=proxy.example",
        "-Dhttps.proxyPort=3129",
    ]
    assert jars._network_options("") == []


def test_a_trust_store_is_used_where_the_system_has_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Behind a proxy that signs for itself only the system's certificates are right."""
    (tmp_path / "cacerts").touch()
    monkeypatch.setattr(jars, "TRUST_STORE", tmp_path / "cacerts")
    assert jars._network_options("") == [f"-Djavax.net.ssl.trustStore={tmp_path / 'cacerts'}"]
