"""`text-ensemble`: other kernels, each brought to its own right degree of doubt, their log-probabilities averaged.

A logarithmic opinion pool (Genest & Zidek 1986) with equal weights: fitted ones do worse on sources that they were not
fitted on. Members may be ensembles, so that opinions that resemble each other can be made to count as one.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from mailroom.contracts.errors import UsageError
from mailroom.features.batch import TextBatch
from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import blend, build_runtime
from mailroom.model_package.runtimes.base import Floats
from mailroom.model_package.storage import MAX_DEPTH
from training.calibration import fit_temperature
from training.documents import LabelledDocument
from training.folds import source_folds
from training.kernels.base import Kernel, SearchSpace
from training.kernels.members import MEMBERS, Member, members_named
from training.kernels.refusing import require_every_label
from training.weights import balanced_weights


class TextEnsemble(Kernel):
    """Trains its members one after the other, in one task."""

    name: ClassVar[str] = "text-ensemble"

    def get_parameters(self) -> SearchSpace:
        """Who is in it, and on how many inner folds the members' doubt is learnt (0: they are taken as they are)."""
        return {
            MEMBERS: [
                "text-linear, text-neural",
                "text-linear, text-linear: {tfidf_c: 1.0, lexicon_c: 0.1}, text-neural",
            ],
            "folds": [0, 2],
        }

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Train every member on everything.

        Raises:
            UsageError: The members are not what can be blended, a label has no document, or a member's own model is
                nested too deep for a package.
        """
        members = members_named(str(parameters[MEMBERS]), word_lists=self.word_lists)
        require_every_label(documents, labels)
        folds = int(parameters["folds"])
        models = []
        for member in members:
            model = member.kernel.train(documents, labels, parameters=member.parameters, seed=seed)
            _require_shallow(member, model)
            if folds:
                temperature = _temperature(member, documents, labels, folds, seed)
                model = model.with_parameters(temperature=temperature)
            models.append(model)
        return RuntimeDescription(blend.NAME, members=tuple(models))


def _temperature(
    member: Member, documents: Sequence[LabelledDocument], labels: Sequence[str], count: int, seed: int
) -> float:
    """What brings a member's opinions of sources that it has not seen to their right degree of doubt."""
    rows: list[Floats] = []
    places: list[int] = []
    for fold in source_folds(documents, seed=seed, count=count):
        train = [documents[place] for place in fold.train]
        model = member.kernel.train(train, labels, parameters=member.parameters, seed=seed)
        batch = TextBatch([documents[place].text for place in fold.test])
        rows.append(build_runtime(model, labels).log_probabilities(batch))
        places.extend(fold.test)
    tested = [documents[place] for place in places]
    targets = np.array([labels.index(item.label) for item in tested])
    return fit_temperature(np.vstack(rows), targets, balanced_weights(tested))


def _require_shallow(member: Member, model: RuntimeDescription) -> None:
    if 1 + model.levels > MAX_DEPTH:
        raise UsageError(
            f"{MEMBERS}: {member.kernel.name} is made of parts itself; "
            f"a package holds no more than {MAX_DEPTH} levels: make the ensemble flatter"
        )
