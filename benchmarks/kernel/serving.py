"""Load time of a large vocabulary and speed of prediction, each beside a yardstick in the same run."""

import json
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from mailroom.features.batch import TextBatch
from mailroom.model_package import Provenance, RuntimeDescription, load, write
from mailroom.model_package.runtimes import build_runtime
from mailroom.model_package.runtimes.linear_text import describe
from mailroom.textprep import PREP_VERSION
from training.documents import LabelledDocument
from training.kernels import kernel_named

TERMS = 200_000
CHARACTERS = 2_000
SAMPLE = 2_000
RUNS = 3


def loading() -> dict[str, float]:
    """Seconds to load a package with 200,000 terms and seven labels; yardstick: its vocabulary as one JSON object."""
    terms = _terms()
    with tempfile.TemporaryDirectory() as folder:
        package, vocabulary = Path(folder) / "package", Path(folder) / "vocabulary.json"
        provenance = Provenance("large", "benchmark", PREP_VERSION)
        write(package, _large(terms), labels=list("abcdefg"), provenance=provenance, golden=["one text"])
        vocabulary.write_text(json.dumps({term: column for column, term in enumerate(terms)}))
        return {
            "terms": TERMS,
            "load_seconds": _fastest(lambda: load(package)),
            "yardstick_json_load_seconds": _fastest(lambda: json.loads(vocabulary.read_text())),
        }


def prediction(
    documents: Sequence[LabelledDocument], labels: tuple[str, ...], kernel: str
) -> dict[str, float]:
    """Documents of 2,000 characters a second; yardstick: scikit-learn's TF-IDF(1,2) and linear layer, nothing else."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - heavy

    chosen = random.Random(1).sample(list(documents), SAMPLE)
    texts = [(item.text * (CHARACTERS // max(len(item.text), 1) + 1))[:CHARACTERS] for item in chosen]
    plain = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        LogisticRegression(max_iter=20, tol=0.1),
    )
    plain.fit(texts, [item.label for item in chosen])
    described = kernel_named(kernel)
    description = described.train(chosen, labels, parameters=described.defaults(), seed=1)
    runtime = build_runtime(description, labels)
    seconds = {
        f"{kernel}_documents_per_second": lambda: runtime.log_probabilities(TextBatch(texts)),
        "yardstick_documents_per_second": lambda: plain.predict_proba(texts),
    }
    return {name: round(SAMPLE / _fastest(call)) for name, call in seconds.items()}


def _terms() -> list[str]:
    letters = str.maketrans("0123456789", "cdefghijkl")
    words = [f"term{number}".translate(letters) for number in range(TERMS // 4)]
    following = (np.arange(TERMS - len(words)) * 7919) % len(words)
    return words + [f"{words[place % len(words)]} {words[after]}" for place, after in enumerate(following)]


def _large(terms: Sequence[str]) -> RuntimeDescription:
    source = np.random.default_rng(1)
    return describe(terms, np.ones(len(terms)), source.normal(size=(len(terms), 7)), np.zeros(7))


def _fastest(call: Callable[[], object]) -> float:
    durations = []
    for _ in range(RUNS):
        started = time.perf_counter()
        call()
        durations.append(time.perf_counter() - started)
    return round(min(durations), 4)
