"""The list of all labels, to choose one."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widgets import OptionList


class LabelScreen(ModalScreen[str | None]):
    """Gives the label that was chosen, or None.

    Args:
        labels: To choose from.
    """

    CSS = "LabelScreen { align: center middle; } OptionList { width: 60; height: auto; max-height: 80%; }"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Back")]

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__()
        self._labels = labels

    def compose(self) -> ComposeResult:
        """The list."""
        yield OptionList(*self._labels, markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """That one."""
        self.dismiss(self._labels[event.option_index])
