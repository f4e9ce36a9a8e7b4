"""`python -m benchmarks.multipage`: the words of all pages together, against rules over single pages."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from benchmarks.multipage.documents import Paged, paged
from mailroom.embedded.packages import provide_package
from mailroom.model_package import Package, load
from mailroom.model_package.runtimes.base import log_softmax
from mailroom.progress import line
from mailroom.terminal import emit, run
from training.evaluation import Answers, figures
from training.weights import balanced_weights

Floats = npt.NDArray[np.float64]
Rule = Callable[[Floats], Floats]
"""From the log-probabilities of a document's pages (pages, labels) to its own (labels,)."""

RULES: Mapping[str, Rule] = {
    "mean of log-probabilities": lambda pages: pages.mean(axis=0),
    "mean of probabilities": lambda pages: np.log(np.exp(pages).mean(axis=0)),
    "surest page": lambda pages: pages[pages.max(axis=1).argmax()],
    "first page": lambda pages: pages[0],
}
LEAST = 1e-12


def measure(package: Package, documents: Sequence[Paged]) -> dict[str, Any]:
    """Figures of every rule, each source of a label with the same weight."""
    labels = package.manifest.labels
    targets = np.array([labels.index(item.document.label) for item in documents])
    weights = balanced_weights([item.document for item in documents])

    def judged(rows: Floats) -> dict[str, float]:
        found = figures(Answers(labels, np.exp(log_softmax(rows)), targets), weights=weights)
        caught = found["errors_caught"]["0.2"]
        return {"macro_f1": round(found["macro_f1"], 3), "errors_caught_at_20_percent": round(caught, 2)}

    together = _logs(package, ["\n\n".join(item.pages) for item in documents])
    singly = _logs(package, [page for item in documents for page in item.pages])
    own = np.split(singly, np.cumsum([len(item.pages) for item in documents])[:-1])
    rules = {name: judged(np.array([rule(pages) for pages in own])) for name, rule in RULES.items()}
    return {"all words together": judged(together), **rules}


def main(
    *,
    documents: Annotated[Path | None, typer.Option(help="Labelled texts; by default the corpus.")] = None,
    characters: Annotated[int, typer.Option(help="Of a page.")] = 3_000,
    package: Annotated[Path | None, typer.Option(help="By default the one of generated documents.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Cut real documents into pages and judge them by each rule."""
    found = paged(documents, characters)
    rules = measure(load(package or provide_package(line)), found)
    result = {"documents": len(found), "characters": characters, **rules}
    emit(result, as_json=as_json, render=lambda console: console.print_json(json.dumps(result)))


def _logs(package: Package, texts: Sequence[str]) -> Floats:
    return np.asarray(np.log(package.predict(texts) + LEAST))


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command()(main)
    run(app)
