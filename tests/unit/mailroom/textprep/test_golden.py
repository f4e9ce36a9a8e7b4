import json
from pathlib import Path
from typing import Any

import pytest

from mailroom.textprep import SUPPORTED_PREP_VERSIONS, cleanse

_FOLDER = Path(__file__).parent


def _cases() -> list[Any]:
    return [
        pytest.param(version, case, id=f"{version}-{case['name']}")
        for version in sorted(SUPPORTED_PREP_VERSIONS)
        for case in json.loads((_FOLDER / f"golden-version-{version}.json").read_text("utf-8"))
    ]


@pytest.mark.parametrize(("version", "case"), _cases())
def test_a_prep_version_never_changes_what_it_does(version: int, case: dict[str, Any]) -> None:
    """Each version gives exactly the text, language and steps that its golden file holds."""
    clean = cleanse(case["input"], version=version)

    assert (case["text"], case["language"], case["steps"]) == (clean.text, clean.language, list(clean.steps))
    assert version == clean.prep_version
