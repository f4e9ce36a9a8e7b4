"""Kernels are found by name, by entry point and by dotted path."""

import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest

from mailroom.contracts.errors import UsageError
from training.kernels import kernel_class, kernel_named

MODULE = """
from training.kernels import Kernel

class Plain(Kernel):
    def get_parameters(self):
        return {"depth": [1, 2]}

    def train(self, documents, labels, *, parameters, seed):
        raise NotImplementedError

class Half(Kernel):
    def get_parameters(self):
        return {"depth": [1, 2]}

class Stranger:
    pass
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A data scientist's module on the path."""
    (tmp_path / "my_kernels.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "broken_kernels.py").write_text("import nowhere_to_be_found", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield "my_kernels"
    sys.modules.pop("my_kernels", None)


def test_a_dotted_path_names_a_class(module: str) -> None:
    """The class is found, and called by its path as long as it gives itself no name."""
    kernel = kernel_named("my_kernels.Plain")
    assert kernel.name == "my_kernels.Plain"
    assert kernel.defaults() == {"depth": 1}


def test_an_entry_point_names_a_class(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution that names its kernel in the group `mailroom.kernels` needs no path."""
    folder = tmp_path / "mine-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n", encoding="utf-8")
    (folder / "entry_points.txt").write_text(
        "[mailroom.kernels]\nplain = my_kernels:Plain\n", encoding="utf-8"
    )
    invalidate_caches()
    assert kernel_class("plain").__name__ == "Plain"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("text-liner", "'text-liner' is unknown; there is .*text-linear.*or the dotted path"),
        ("my_kernels.Plane", "my_kernels.Plane does not import: AttributeError"),
        ("broken_kernels.Any", "broken_kernels.Any does not import: .*nowhere_to_be_found"),
        ("my_kernels.Stranger", "my_kernels.Stranger is no kernel"),
        ("my_kernels.Half", "my_kernels.Half lacks train"),
    ],
)
def test_what_cannot_be_used_is_refused(module: str, name: str, message: str) -> None:
    """Each mistake is told with its mend, in one line."""
    with pytest.raises(UsageError, match=message):
        kernel_class(name)
