"""The golden documents, asked of the packaged service itself."""

import json

import numpy as np

from mailroom.model_package import Package
from mailroom.model_package.runtimes.pooling import PAGES
from training.gate.asking import Door, Question
from training.gate.errors import ServiceEnded
from training.gate.services import Service


def golden_difference(package: Package, service: Service) -> float:
    """The largest difference between what a service says of its golden documents and what was promised.

    Texts are asked over the door, through the service's own text rules. Pages are kept as a network sees them, which
    no door takes: there the service checks its package itself.

    Raises:
        ServiceEnded: It could not say.
    """
    if PAGES in package.reads:
        return _own_word(service)
    golden = [item for item in package.golden() if any(map(str.isalnum, item.text))]
    if not golden:
        return 0.0
    said = Door(service, package.manifest.labels).said([Question(item.text) for item in golden])
    promised = np.array([item.probabilities for item in golden])
    return float(np.abs(said.probabilities - promised).max())


def _own_word(service: Service) -> float:
    status, output = service.verified()
    if status:
        raise ServiceEnded("its own check of its package failed: build the image again")
    return float(json.loads(output)["largest_difference"])
