"""The command line: lazy, with useful exit codes, and errors in one line."""

import subprocess
import sys

import pytest

from cli.main import load, main
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
    assert all(f"  {verb.name} " in said for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_exists_and_has_json(verb: Verb) -> None:
    """The table names no verb that is not there; all but the job's own have --json."""
    options = {name for parameter in load(verb).params for name in parameter.opts}
    assert "--json" in options or verb.name == "stream"


def test_an_unknown_verb_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, and the name that was not understood."""
    assert exit_status("clasify") == 2
    assert "clasify" in capsys.readouterr().err


def test_a_refusal_is_one_line_and_status_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A domain error becomes its exit status and one line on standard error."""

    def refuse(*_: object, **__: object) -> None:
        raise GateRefused("the candidate is worse: keep the champion")

    monkeypatch.setattr("cli.main.load", refuse)
    assert exit_status("demo") == 3
    assert capsys.readouterr().err == "mailroom: the candidate is worse: keep the champion\n"
