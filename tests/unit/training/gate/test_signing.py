"""Signed verdicts: what a signature is good for, and what it is not."""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from mailroom.contracts.errors import UsageError
from mailroom.model_package import Provenance, load, write
from tests.unit.mailroom.model_package.small_model import LABELS, TEXTS, blend
from training.gate.errors import SignatureInvalid
from training.gate.findings import Cause, Refusal
from training.gate.signing import require_pass, signed, verified
from training.gate.verdict import Verdict
from training.gate.writing import VerdictFiles, write_verdict

pytestmark = pytest.mark.gate

VERDICT = Verdict(
    candidate={
        "place": "<b>",
        "name": "small",
        "version": "2",
        "digest": "ab" * 32,
        "image": "sha256:" + "cd" * 32,
    },
    champion=None,
    refusals=(),
    documents={"count": 7, "per_class": {"invoice": 7}, "sha256": {}},
    limits={"margin": 0.01},
    machine={"containers": True},
    made_at="2026-01-02T03:04:05Z",
    seconds=1.5,
)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """Where a key will be."""
    return tmp_path / "keys" / "signing-key.pem"


@pytest.fixture
def files(tmp_path: Path, key: Path) -> VerdictFiles:
    """A signed verdict."""
    return write_verdict(VERDICT, tmp_path / "verdict", key)


def public(key: Path) -> Path:
    """The public half."""
    return key.with_name(key.name + ".pub")


def test_what_was_signed_can_be_checked(files: VerdictFiles, key: Path) -> None:
    """By the public key alone; the key that was made is its owner's, and signs the next one too."""
    verdict = verified(files.envelope, public(key))
    assert verdict["decision"] == "pass"
    require_pass(verdict, digest="ab" * 32)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    statement = json.loads(files.statement.read_text(encoding="utf-8"))
    assert [item["digest"]["sha256"][:2] for item in statement["subject"]] == ["ab", "cd"]
    again = write_verdict(VERDICT, files.envelope.parent / "again", key)
    assert verified(again.envelope, public(key)) == verdict


@pytest.mark.security
def test_a_verdict_that_was_changed(files: VerdictFiles, key: Path) -> None:
    """One letter of the payload."""
    tree = json.loads(files.envelope.read_text(encoding="utf-8"))
    tree["payload"] = (
        tree["payload"][:40] + ("A" if tree["payload"][40] != "A" else "B") + tree["payload"][41:]
    )
    files.envelope.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(SignatureInvalid, match="let the gate judge again"):
        verified(files.envelope, public(key))


@pytest.mark.security
def test_a_verdict_of_somebody_else(files: VerdictFiles, tmp_path: Path) -> None:
    """Another key signed it."""
    other = tmp_path / "other.pem"
    signed(b"{}", other)
    with pytest.raises(SignatureInvalid):
        verified(files.envelope, public(other))


@pytest.mark.security
def test_a_signature_under_something_else(key: Path, tmp_path: Path) -> None:
    """The right key, but no verdict."""
    envelope = tmp_path / "envelope.json"
    envelope.write_text(
        signed(json.dumps({"predicateType": "x", "predicate": {}}).encode(), key), encoding="utf-8"
    )
    with pytest.raises(SignatureInvalid, match="no verdict of the gate"):
        verified(envelope, public(key))


@pytest.mark.security
@pytest.mark.parametrize(
    ("verdict", "digest", "message"),
    [
        ({"decision": "pass", "candidate": {"digest": "a"}}, "b", "about another package"),
        ({"decision": "refuse", "candidate": {"digest": "a"}}, "a", "refuses this package"),
        ({"candidate": {"digest": "a"}}, "a", "refuses this package"),
    ],
)
def test_a_verdict_that_lets_nothing_through(verdict: dict[str, Any], digest: str, message: str) -> None:
    """About another package, or a refusal."""
    with pytest.raises(SignatureInvalid, match=message):
        require_pass(verdict, digest=digest)


@pytest.mark.parametrize(
    "content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_key(key: Path, content: str) -> None:
    """One line that says what is needed; the file stays as it is."""
    key.parent.mkdir()
    key.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be read as a private key"):
        signed(b"{}", key)
    assert key.read_text(encoding="utf-8") == content


def test_the_page_says_why(tmp_path: Path, key: Path) -> None:
    """Reasons in words; foreign names are text, not HTML."""
    refused = replace(VERDICT, refusals=(Refusal(Cause.LEAKED, "it learnt from <3> of them"),))
    page = write_verdict(refused, tmp_path / "refused", key).page.read_text(encoding="utf-8")
    assert "<title>Refused: small 2</title>" in page
    assert "it learnt from &lt;3&gt; of them" in page
    assert "<script" not in page


def test_the_verb_that_checks(tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`models verify --verdict`: the package that passed, and another one."""
    folders = {name: tmp_path / name for name in ("passed", "other")}
    for name, folder in folders.items():
        provenance = Provenance("small", "by-hand", 1)
        write(folder, blend(), labels=LABELS, provenance=provenance, golden=TEXTS, trained_on=[name])
    candidate = {**VERDICT.candidate, "digest": load(folders["passed"]).manifest.digest}
    files = write_verdict(replace(VERDICT, candidate=candidate), tmp_path / "verdict", key)
    for name, status in (("passed", 0), ("other", 1)):
        options = ("--package", str(folders[name]), "--verdict", str(files.envelope))
        with pytest.raises(SystemExit) as ended:
            main(["models", "verify", *options, "--public-key", str(public(key))])
        assert int(ended.value.code or 0) == status
    said = capsys.readouterr()
    assert "the gate let it through" in said.out
    assert "about another package" in said.err
