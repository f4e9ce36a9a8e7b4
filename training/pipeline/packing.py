"""From the winner of a search to a package: fitted on all documents, calibrated as it was measured."""

from pathlib import Path

from mailroom.model_package import Manifest
from training.adapt.keeping import train_and_keep
from training.config import RunConfig
from training.dataset import Dataset
from training.golden import golden_documents
from training.judging import Judgement
from training.kernels import kernel_named
from training.run import Trained, write_package
from training.search.results import Candidate
from training.split import SplitPlan


def pack(
    config: RunConfig,
    winner: Candidate,
    dataset: Dataset,
    plan: SplitPlan,
    judgement: Judgement,
    labels: tuple[str, ...],
    folder: Path,
) -> Manifest:
    """Fit the winner on all documents and write its package.

    Args:
        config: Of the run.
        winner: What to fit.
        dataset: The documents.
        plan: Its `final` places are learnt from.
        judgement: The winner's calibration and figures.
        labels: The order of the columns.
        folder: Of the package.
    """
    documents = dataset.documents(plan.final)
    kernel = kernel_named(winner.kernel, word_lists=config.search.word_lists)
    description, features = train_and_keep(
        kernel, documents, labels, parameters=winner.parameters, seed=config.seed
    )
    trained = Trained(
        judgement.calibrated(description), labels, judgement.threshold, judgement.metrics, features
    )
    return write_package(
        folder,
        trained,
        documents,
        kernel=kernel,
        parameters=winner.parameters,
        name=config.package.name,
        version=config.package.version,
        golden=golden_documents(kernel.input_kind),
    )
