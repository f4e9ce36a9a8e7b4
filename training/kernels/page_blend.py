"""`page-blend`: a text kernel on OCR text and `image-neural` on the pixels, mixed by one weight learnt out of source.

The mixture is a logarithmic opinion pool (Genest & Zidek 1986). Both members are trained on parts of the documents and
asked about sources that they have not seen; each gets one temperature there, and the weight of the images is what
explains those documents best. Three numbers in all: more of them did not hold up on other sources.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from mailroom.model_package.runtimes import build_runtime, page
from mailroom.model_package.runtimes.base import Floats
from training.documents import LabelledDocument
from training.folds import source_folds
from training.kernels.base import Kernel, SearchSpace
from training.kernels.batches import page_batch_of
from training.kernels.image_neural import ImageNeural, require_pages
from training.kernels.pooling import LeftOut
from training.kernels.refusing import require_every_label
from training.kernels.text_linear import TextLinear
from training.weights import balanced_weights

TEXT, IMAGE = "text_", "image_"
"""Begin the names of the members' parameters."""


class PageBlend(Kernel):
    """Documents without pages teach the text alone."""

    name: ClassVar[str] = "page-blend"
    input_kind: ClassVar[Literal["text", "image"]] = "image"

    def get_parameters(self) -> SearchSpace:
        """The members' parameters, and on how many folds the weight is learnt."""
        spaces = {TEXT: self._text().get_parameters(), IMAGE: self._image().get_parameters()}
        members = {
            prefix + name: values for prefix, space in spaces.items() for name, values in space.items()
        }
        return {**members, "folds": [2, 3]}

    def train(
        self,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Learn the weight on folds, then fit both members on everything.

        Raises:
            UsageError: As `image-neural`: a label has no page, or a document's file cannot be read.
        """
        require_every_label(documents, labels)
        fit = _Fit(self._text(), self._image(), labels, parameters, seed)
        opinions = _left_out(fit, documents, int(parameters["folds"]))
        members = zip(fit(documents), opinions.temperatures, strict=True)
        return RuntimeDescription(
            page.NAME,
            {page.WEIGHT: opinions.best_weight()},
            members=tuple(member.with_parameters(temperature=value) for member, value in members),
        )

    def _text(self) -> TextLinear:
        return TextLinear(word_lists=self.word_lists)

    def _image(self) -> ImageNeural:
        return ImageNeural(word_lists=self.word_lists)


@dataclass(frozen=True)
class _Fit:
    """Both members trained on the same documents."""

    text: Kernel
    image: Kernel
    labels: Sequence[str]
    parameters: Mapping[str, Parameter]
    seed: int

    def __call__(
        self, documents: Sequence[LabelledDocument]
    ) -> tuple[RuntimeDescription, RuntimeDescription]:
        """The text and the image member."""
        text, image = (
            kernel.train(documents, self.labels, parameters=self._own(prefix), seed=self.seed)
            for prefix, kernel in ((TEXT, self.text), (IMAGE, self.image))
        )
        return text, image

    def _own(self, prefix: str) -> dict[str, Parameter]:
        return {
            name.removeprefix(prefix): value
            for name, value in self.parameters.items()
            if name.startswith(prefix)
        }

    def opinions(
        self, train: Sequence[LabelledDocument], test: Sequence[LabelledDocument]
    ) -> tuple[Floats, Floats]:
        """What members trained on some documents say of others."""
        batch = page_batch_of(test)
        text, image = (build_runtime(member, self.labels).log_probabilities(batch) for member in self(train))
        return text, image


def _left_out(fit: _Fit, documents: Sequence[LabelledDocument], count: int) -> LeftOut:
    """Opinions on documents with pages, by members that learnt nothing of their source where a class has several."""
    pages = page_batch_of(documents).pages
    paged = [item for item, own in zip(documents, pages, strict=True) if len(own)]
    lettered = [item for item, own in zip(documents, pages, strict=True) if not len(own)]
    require_pages(paged, fit.labels)
    if all(item.train_only for item in paged):
        paged = [replace(item, train_only=False) for item in paged]
    parts, tested = [], []
    for fold in source_folds(paged, seed=fit.seed, count=count):
        test = [paged[place] for place in fold.test]
        train = [paged[place] for place in fold.train] + _elsewhere(lettered, test)
        parts.append(fit.opinions(train, test))
        tested += test
    targets = np.array([fit.labels.index(item.label) for item in tested])
    return LeftOut.of(parts, page_batch_of(tested), targets, balanced_weights(tested))


def _elsewhere(
    documents: Sequence[LabelledDocument], test: Sequence[LabelledDocument]
) -> list[LabelledDocument]:
    """Documents that share neither source nor group with tested ones."""
    sources = {(item.label, item.source) for item in test}
    groups = {item.group for item in test} - {""}
    return [
        item for item in documents if (item.label, item.source) not in sources and item.group not in groups
    ]
