"""Labels that the documents themselves contradict."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from training.integrity.facts import Facts
from training.integrity.findings import Finding, Outcome
from training.integrity.suspects import LeftOut, left_out

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CONFIDENT = 0.7
"""What another label's probability must have over the given one's. On a few hundred clean generated documents, where
the models are unsure, confident learning alone points at up to 3 %; so it is at most 1.7 %, and of 10 % flipped labels
among 5,000 documents, two thirds with 95 % precision."""
ENOUGH = 2
"""Classes, and documents of each, to tell one from another."""


def suspicious_labels(facts: Facts) -> Finding:
    """Labels that a model which has not seen the document confidently contradicts.

    Confident learning (Northcutt, Jiang, Chuang 2021): a label is suspicious where another one's probability is as
    high as it is on average for that other one's own documents, and as many are reported as the confusion of labels
    suggests.
    """
    labels = tuple(
        label
        for label in facts.labels
        if sum(facts.sources.get(label, {}).values()) >= facts.settings.fewest_documents
    )
    if len(labels) < ENOUGH:
        return Finding(
            "suspicious_labels", Outcome.PASS, "not examined: fewer than two classes have enough documents"
        )
    found = left_out(facts, labels)
    issues = suspects(found)
    counts = Counter(labels[target] for target in found.targets[issues])
    return Finding(
        "suspicious_labels",
        outcome := facts.settings.suspicious_labels.judge(facts.share(len(issues))),
        f"{len(issues)} of {facts.documents} labels are contradicted by a model that has not seen the document",
        "look at the examples, the most contradicted first, and correct their labels"
        if outcome.severity
        else "",
        {**counts, "documents": len(issues), "share": facts.share(len(issues))},
        _examples(facts, found, issues[: facts.settings.examples]),
    )


def suspects(found: LeftOut) -> npt.NDArray[np.int64]:
    """Rows that confident learning points at and whose label is widely contradicted, the most contradicted first."""
    from cleanlab.filter import find_label_issues  # noqa: PLC0415 - training only

    present, targets = np.unique(found.targets, return_inverse=True)
    if len(present) < ENOUGH:
        return np.empty(0, dtype=np.int64)
    among = found.probabilities[:, present]
    issues = find_label_issues(
        targets,
        among / among.sum(axis=1, keepdims=True),
        return_indices_ranked_by="normalized_margin",
        filter_by="both",
        n_jobs=1,
    )
    given = among[issues, targets[issues]]
    return np.asarray(issues[among[issues].max(axis=1) - given > CONFIDENT], dtype=np.int64)


def _examples(facts: Facts, found: LeftOut, issues: npt.NDArray[np.int64]) -> tuple[str, ...]:
    rows: DataFrame = facts.rows.where(facts.rows["place"].isin(found.places[issues].tolist()))
    ids = {row["place"]: row["id"] for row in rows.select("place", "id").collect()}
    return tuple(
        f"{ids[int(found.places[issue])]} is {found.labels[found.targets[issue]]}, looks like "
        f"{found.labels[int(found.probabilities[issue].argmax())]}"
        for issue in issues
    )
