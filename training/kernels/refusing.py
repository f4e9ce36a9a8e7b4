"""What no kernel can learn from, told in one line."""

from collections.abc import Sequence

from mailroom.contracts.errors import UsageError
from training.documents import LabelledDocument


def require_every_label(documents: Sequence[LabelledDocument], labels: Sequence[str]) -> None:
    """Refuse documents that lack a label, or have another.

    Raises:
        UsageError: They do; a model would have columns that it knows nothing of.
    """
    found = {item.label for item in documents}
    missing = [label for label in labels if label not in found]
    if missing:
        raise UsageError(
            f"no document of {', '.join(missing)} to learn from: add some, or take the label off the list"
        )
    if unknown := sorted(found - set(labels)):
        raise UsageError(f"documents of {', '.join(unknown)}, which is no label: add it, or leave them out")
