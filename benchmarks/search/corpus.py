"""The documents and folds that all contenders share."""

import os
from pathlib import Path

import numpy as np

from mailroom.settings import DEPARTMENTS
from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.folds import Fold

LABELS = tuple(DEPARTMENTS)
FOLDS = 3


def documents() -> list[LabelledDocument]:
    """The whole corpus, as it is."""
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    return read_documents([corpus], LABELS, read_file=text_of_file)


def group_folds(items: list[LabelledDocument]) -> tuple[Fold, ...]:
    """Three folds, no group on both sides of one."""
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415 - heavy

    groups = [item.group or f"#{place}" for place, item in enumerate(items)]
    split = GroupKFold(FOLDS).split(np.zeros(len(items)), groups=groups)
    return tuple(Fold(tuple(train.tolist()), tuple(test.tolist())) for train, test in split)
