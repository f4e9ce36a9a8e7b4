"""The documents of the measurement, and how they are divided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.folds import Fold, components, folds_of
from training.run import cleansed

FOLDS = 3


def read_scans(file: Path, labels: Sequence[str]) -> list[LabelledDocument]:
    """Real documents as pages, their texts read by OCR (or from the text layer, as in production)."""
    return cleansed(read_documents([file], labels, read_file=text_of_file, scans=True))


def read_generated(
    file: Path, labels: Sequence[str], real: Sequence[LabelledDocument]
) -> list[LabelledDocument]:
    """Generated pages; only those of classes without a real document are measured on."""
    present = {item.label for item in real}
    return [replace(item, train_only=item.label in present) for item in read_scans(file, labels)]


def evaluated(documents: Sequence[LabelledDocument]) -> list[LabelledDocument]:
    """What is measured on."""
    return [item for item in documents if not item.train_only]


def divided(documents: Sequence[LabelledDocument]) -> list[Fold]:
    """Three folds, each real source and each generated family whole in one of them, over all its classes.

    Every training side has every class, from the generator if from nowhere else.
    """
    sizes = Counter(item.source for item in evaluated(documents))
    loads, number = (
        {True: [0] * FOLDS, False: [0] * FOLDS},
        dict.fromkeys((item.source for item in documents), 0),
    )
    for source, size in sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0])):
        load = loads[source.startswith("generated:")]  # so that real sources are spread as well as families
        number[source] = load.index(min(load))
        load[number[source]] += size
    return folds_of(documents, components(documents), [number[item.source] for item in documents])
