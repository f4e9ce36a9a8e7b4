"""The command line: lazy, with useful exit codes, and errors in one line."""

import subprocess
import sys

import pytest

from cli.main import main
from cli.verbs import VERBS, Verb
from mailroom.contracts.errors import GateRefused

HEAVY = ("confluent_kafka", "pyflink", "pyspark", "sklearn", "tensorflow", "numpy", "PIL")


def exit_status(*arguments: str) -> int:
    """What the shell would see."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def test_help_lists_every_verb_and_imports_no_engine() -> None:
    """Asking for help costs no engine's import."""
    script = (
        "import sys\nfrom cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]"
    assert all(f"{verb.name} " in said for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_has_help_that_costs_no_traceback(verb: Verb, capsys: pytest.CaptureFixture[str]) -> None:
    """The table names no verb that is not there; all but the job's own have --json."""
    assert exit_status(verb.name, "--help") == 0
    assert "--json" in capsys.readouterr().out or verb.name == "stream"


def test_an_unknown_verb_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and what was probably meant."""
    assert exit_status("sent") == 2
    assert capsys.readouterr().err == "mailroom: there is no verb 'sent': did you mean `send`?\n"


def test_a_missing_argument_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, the usage line, no traceback."""
    assert exit_status("send") == 2
    said = capsys.readouterr().err
    assert "Usage: mailroom send" in said
    assert "Traceback" not in said


def test_a_verb_s_number_is_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb that returns 1 has failed."""
    monkeypatch.setattr("ingest.commands.send", lambda: 1)
    assert exit_status("send") == 1


def test_a_refusal_is_one_line_and_status_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A domain error becomes its exit status and one line on standard error."""

    def refuse() -> None:
        raise GateRefused("the candidate is worse: keep the champion")

    monkeypatch.setattr("ingest.commands.send", refuse)
    assert exit_status("send") == 3
    assert capsys.readouterr().err == "mailroom: the candidate is worse: keep the champion\n"
