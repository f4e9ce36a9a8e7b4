"""The example of the user's guide, as it stands there."""

import re
from contextlib import closing
from pathlib import Path

import pytest

from departments.store.engine import open_store
from mailroom.settings import load_settings
from tests.unit.departments.documents import document, get, put

GUIDE = Path(__file__).parents[4] / "docs" / "review.md"


def test_the_example_of_the_guide_corrects_a_document(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It takes the next document and sends it to another desk."""
    settings = load_settings()
    [example] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    scope: dict[str, object] = {}
    with closing(open_store(settings.desks)) as store:
        put(store, settings, document("letter"))
        exec(compile(example, str(GUIDE), "exec"), scope)  # noqa: S102 - our own guide
        assert capsys.readouterr().out == "procurement\n"
        assert get(store, "letter").confirmed_label == "offer"
    scope["reviews"].store.close()  # type: ignore[attr-defined]
