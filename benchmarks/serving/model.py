"""The model that everybody serves, and the documents that everybody is asked about."""

import hashlib
import json
import os
import random
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sklearn

from mailroom.embedded.folders import cache_folder
from mailroom.features import typed
from mailroom.features.typed import typed_text
from mailroom.model_package import Provenance, write
from mailroom.model_package.runtimes import linear_text
from mailroom.settings import DEPARTMENTS
from mailroom.textprep import PREP_VERSION
from training.documents import LabelledDocument, read_documents
from training.files import text_of_file
from training.run import cleansed

DOCUMENTS = 200
PIPELINE, PLAIN, PACKAGE, TEXTS = "pipeline.joblib", "plain.joblib", "package", "texts.json"


@dataclass(frozen=True, slots=True)
class ServedModel:
    """One fitted model in the form that each server takes.

    Attributes:
        folder: Where it lies.
        package: A model package of `pipeline`'s very weights, or another.
    """

    folder: Path
    package: Path

    @property
    def pipeline(self) -> Path:
        """The scikit-learn pipeline."""
        return self.folder / PIPELINE

    @property
    def plain(self) -> Path:
        """The same steps over scikit-learn's own words: a little faster there, and another model."""
        return self.folder / PLAIN

    def texts(self) -> list[str]:
        """The documents that are posted."""
        texts: list[str] = json.loads((self.folder / TEXTS).read_text())
        return texts


def provide() -> ServedModel:
    """The model, fitted at first use and kept in the cache folder."""
    corpus = Path(os.environ.get("MAILROOM_SHARED", "../shared")) / "corpus" / "documents.jsonl"
    digest = hashlib.sha256(sklearn.__version__.encode())
    for file in (corpus, Path(__file__), Path(typed.__file__)):
        digest.update(file.read_bytes())
    folder = cache_folder() / "serving" / f"model-{digest.hexdigest()[:12]}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
            _make(Path(scratch) / "model", corpus)
            (Path(scratch) / "model").rename(folder)
    return ServedModel(folder, folder / PACKAGE)


def _make(folder: Path, corpus: Path) -> None:
    import joblib  # noqa: PLC0415 - heavy, as what it keeps
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - heavy

    labels = tuple(DEPARTMENTS)
    documents = cleansed(read_documents([corpus], labels, read_file=text_of_file))
    folder.mkdir()
    options = {"ngram_range": (1, 2), "sublinear_tf": True, "min_df": 2}
    pipeline = _fitted(TfidfVectorizer(preprocessor=typed_text, token_pattern=r"\S+", **options), documents)  # noqa: S106
    joblib.dump(pipeline, folder / PIPELINE)
    joblib.dump(_fitted(TfidfVectorizer(**options), documents), folder / PLAIN)
    vectoriser, layer = pipeline
    description = linear_text.describe(
        vectoriser.get_feature_names_out().tolist(), vectoriser.idf_, layer.coef_.T, layer.intercept_
    )
    real = _real(corpus)
    chosen = random.Random(1).sample([item.text for item in documents if item.id in real], DOCUMENTS)
    provenance = Provenance("linear", "benchmark", PREP_VERSION)
    write(
        folder / PACKAGE,
        description,
        labels=layer.classes_.tolist(),
        provenance=provenance,
        golden=chosen[:20],
    )
    (folder / TEXTS).write_text(json.dumps(chosen))


def _real(corpus: Path) -> set[str]:
    """Ids of documents that nobody generated and that have text."""
    with corpus.open(encoding="utf-8") as lines:
        found = map(json.loads, lines)
        return {item["id"] for item in found if item["real"] and item.get("text", "").strip()}


def _fitted(vectoriser: Any, documents: list[LabelledDocument]) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - heavy

    pipeline = make_pipeline(vectoriser, LogisticRegression(C=10.0, max_iter=200))
    return pipeline.fit([item.text for item in documents], [item.label for item in documents])
