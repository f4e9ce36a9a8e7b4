"""`python -m benchmarks.search.contenders NAME FOLDER`: one search of the grid; prints the mean macro-F1 of each."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.search.corpus import LABELS, documents, group_folds

SEED = 1
Scores = dict[str, float]


@dataclass(frozen=True)
class Found:
    """What a contender says.

    Attributes:
        scores: Mean macro-F1 of the folds, by candidate.
        processor_seconds: Of fits in processes that the system does not count as its children.
    """

    scores: Scores
    processor_seconds: float = 0.0


def ours(folder: Path) -> Found:
    """The search on `local[2]`, from the start of Spark, while documents are read, to its scores."""
    from training.spark import SparkSettings, session, stop  # noqa: PLC0415 - heavy, as all that follow

    starting = ThreadPoolExecutor(1).submit(session, SparkSettings(master="local[2]"))
    from sklearn.metrics import f1_score  # noqa: PLC0415

    from training.dataset import write_dataset  # noqa: PLC0415
    from training.search.results import Predictions  # noqa: PLC0415
    from training.search.search import search  # noqa: PLC0415
    from training.search.settings import KernelChoice, SearchSettings  # noqa: PLC0415
    from training.split import SplitPlan  # noqa: PLC0415

    items = documents()
    folds = group_folds(items)
    settings = SearchSettings(kernels=(KernelChoice(kernel="benchmarks.search.kernel.TfidfLogistic"),))
    dataset = write_dataset(items, folder / "data")
    plan = SplitPlan(folds, tuple(range(len(items))), ())
    spark = starting.result()
    found = search(spark, dataset, plan, LABELS, settings, SEED, folder, lambda _: None)
    stopping = ThreadPoolExecutor(1).submit(stop, spark)
    truth = [item.label for item in items]
    scores = {}
    for result in found.candidates:
        if result.predictions is None:
            raise SystemExit(f"{result.candidate.parameters}: {result.reason}")
        rows = Predictions.load(result.predictions)
        said = dict(zip(rows.places.tolist(), rows.log_probabilities.argmax(axis=1).tolist(), strict=True))
        parts = [
            f1_score(
                [truth[place] for place in fold.test],
                [LABELS[said[place]] for place in fold.test],
                average="macro",
            )
            for fold in folds
        ]
        of = result.candidate.parameters
        scores[f"{of['longest']} {of['min_df']} {of['c']}"] = sum(parts) / len(parts)
    stopping.result()
    return Found(scores, sum(result.seconds for result in found.candidates))


def grid_search(_: Path) -> Found:
    """scikit-learn's grid search on two processes."""
    return _grid(None)


def grid_search_with_memory(folder: Path) -> Found:
    """Likewise, with its pipeline's memory, which keeps fitted vectorisers on disk."""
    return _grid(folder / "memory")


def _grid(memory: Path | None) -> Found:
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.model_selection import GridSearchCV  # noqa: PLC0415
    from sklearn.pipeline import Pipeline  # noqa: PLC0415

    from benchmarks.search.kernel import ITERATIONS, SOLVER, TOLERANCE  # noqa: PLC0415
    from mailroom.features.typed import typed_text  # noqa: PLC0415

    items = documents()
    vectoriser = TfidfVectorizer(preprocessor=typed_text, token_pattern=r"\S+", sublinear_tf=True)  # noqa: S106
    model = LogisticRegression(solver=SOLVER, tol=TOLERANCE, max_iter=ITERATIONS, random_state=SEED)
    pipeline = Pipeline([("tfidf", vectoriser), ("model", model)], memory=str(memory) if memory else None)
    grid = {
        "tfidf__ngram_range": [(1, 1), (1, 2)],
        "tfidf__min_df": [2, 5],
        "model__C": [0.3, 1.0, 3.0, 10.0, 30.0],
    }
    folds = [(fold.train, fold.test) for fold in group_folds(items)]
    search = GridSearchCV(pipeline, grid, scoring="f1_macro", cv=folds, n_jobs=2, refit=False)
    search.fit([item.text for item in items], [item.label for item in items])
    found = zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True)
    scores = {
        f"{of['tfidf__ngram_range'][1]} {of['tfidf__min_df']} {of['model__C']}": float(score)
        for of, score in found
    }
    return Found(scores)


CONTENDERS = {
    "mailroom": ours,
    "GridSearchCV": grid_search,
    "GridSearchCV with memory": grid_search_with_memory,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(CONTENDERS[sys.argv[1]](Path(sys.argv[2])))) + "\n")
