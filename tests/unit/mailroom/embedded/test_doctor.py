"""What the doctor says of a machine."""

from pathlib import Path

import pytest

from mailroom.embedded import doctor, java


def test_every_finding_that_is_not_well_has_a_mend(home: Path) -> None:
    """Whatever this machine lacks, the line says what to do."""
    findings = doctor.examine()
    assert [finding.name for finding in findings] == [
        "python",
        "java",
        "memory",
        "disk",
        "packages",
        "ocr",
        "jars",
        "ports",
        "system",
    ]
    assert [finding.name for finding in findings if not finding.ok and not finding.mend] == []


def test_a_missing_java_is_needed_and_its_install_line_is_the_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mend can be pasted."""
    monkeypatch.setattr(java, "USUAL_FOLDERS", ())
    monkeypatch.setattr(java, "_install_line_here", lambda: "sudo apt-get install -y java")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert doctor.java() == doctor.Finding(
        "java",
        ok=False,
        needed=True,
        found="Java 17 or newer is needed, found none",
        mend="sudo apt-get install -y java",
    )


def test_an_empty_jar_cache_is_said_and_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first start fills it."""
    monkeypatch.setenv("MAILROOM_CACHE", str(tmp_path))
    finding = doctor.jars()
    assert (finding.ok, finding.needed, finding.mend) == (False, False, "`mailroom up` fetches them once")


def test_a_missing_python_package_is_named_with_its_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    """The person learns what would not work."""
    monkeypatch.setattr(doctor, "PACKAGES", (("no_such_package", "miracles"),))
    finding = doctor.packages()
    assert (finding.ok, finding.found) == (False, "missing: no_such_package (miracles)")


def test_missing_ocr_data_names_the_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only scanned pages depend on it, so it is a warning."""
    (tmp_path / "eng.traineddata").touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    finding = doctor.ocr()
    assert (finding.ok, finding.needed, finding.found) == (False, False, "no data for de, fr, es")
    assert finding.mend.startswith("sudo apt-get install ")


def test_a_disk_as_good_as_full_is_a_fault(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mend names the variable that moves the data."""
    monkeypatch.setattr(doctor, "free_bytes", lambda _: 1 << 20)
    finding = doctor.disk()
    assert (finding.ok, finding.needed) == (False, True)
    assert "MAILROOM_HOME" in finding.mend
