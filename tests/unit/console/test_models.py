"""What is told of models, by the verb that knows them."""

import pytest

from console.models import Models, ModelsUnknown
from mailroom.streams.clock import FakeClock

TOLD = """
import json, time
run = {"id": "r1", "documents": 900, "macro_f1_unseen_sources": 0.9}
version = {"version": 3, "aliases": ["champion"]}
print(json.dumps({"runs": [run], "versions": [version], "tracking": str(time.perf_counter_ns())}))
"""


def test_what_was_told_is_told_again_for_a_minute() -> None:
    """Asking takes seconds: within a minute nobody is asked twice, after it the news are fetched."""
    clock = FakeClock()
    models = Models(clock, ("-c", TOLD))
    first = models.overview()
    assert first.version("champion") == {"version": 3, "aliases": ["champion"]}
    assert first.version("candidate") is None
    assert first.run("r1") == {"id": "r1", "documents": 900, "macro_f1_unseen_sources": 0.9}
    assert first.run("r2") is None
    clock.time += 60
    assert models.overview() is first
    clock.time += 1
    assert models.overview().tracking != first.tracking


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (
            "import sys; sys.exit('mailroom: nothing answers at http://mlflow:5000: is it up?')",
            "nothing answers at",
        ),
        ("raise ValueError('secret')", "models are not tracked where the console runs"),
    ],
)
def test_who_cannot_be_asked_is_told_of_in_a_sentence(program: str, message: str) -> None:
    """The verb's own sentence where it has one; else where to look, and never a traceback."""
    with pytest.raises(ModelsUnknown, match=message):
        Models(FakeClock(), ("-c", program)).overview()
