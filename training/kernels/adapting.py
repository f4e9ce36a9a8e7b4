"""The contract for kernels that learn from a few corrected documents without seeing the others again.

What `prepare` made of the training documents is kept as plain arrays; corrected documents are added to it, and the
model is fitted again from there: no text is read, cleansed, counted or matched a second time.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from mailroom.model_package import RuntimeDescription
from mailroom.model_package.description import Parameter
from training.documents import LabelledDocument
from training.kernels.sharing import Features, Fit, FoldView, Prepared, SharingKernel, without_texts

Arrays = Mapping[str, npt.NDArray[np.generic]]


class AdaptableKernel(SharingKernel[Prepared, Features, Fit]):
    """A sharing kernel whose prepared part can be kept and added to."""

    @abstractmethod
    def to_arrays(self, prepared: Prepared) -> Arrays:
        """The prepared part as arrays without objects; what too few documents have may be left out."""

    @abstractmethod
    def from_arrays(self, arrays: Arrays) -> Prepared:
        """Read what `to_arrays` gave.

        Raises:
            KeyError: An array is missing.
            ValueError: An array is not what it should be.
        """

    @abstractmethod
    def extend(
        self, prepared: Prepared, documents: Sequence[LabelledDocument], labels: Sequence[str]
    ) -> Prepared:
        """The prepared part with further documents behind the ones it has, under the same word lists."""

    def learn(
        self,
        prepared: Prepared,
        documents: Sequence[LabelledDocument],
        labels: Sequence[str],
        *,
        parameters: Mapping[str, Parameter],
        seed: int,
    ) -> RuntimeDescription:
        """Fit on all that was prepared.

        Args:
            prepared: Of these documents, in this order.
            documents: Their texts are not read.
            labels: The order of the columns.
            parameters: One value for each parameter of the search space.
            seed: The same seed and documents give the same model.
        """
        everything, nothing = np.arange(len(documents)), np.arange(0)
        view = FoldView(without_texts(documents), tuple(labels), everything, nothing)
        features = self.features(prepared, view, parameters)
        return self.describe(features, self.fit(features, parameters, seed=seed, previous=None))
