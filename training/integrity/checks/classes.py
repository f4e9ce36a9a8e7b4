"""Whether every class is there, with enough documents from enough sources, and in the proportions of the last run."""

from training.integrity.facts import Facts
from training.integrity.findings import Finding, Outcome


def unknown_labels(facts: Facts) -> Finding:
    """Whether labels are those of the configuration."""
    unknown = sorted(facts.occurring - set(facts.labels))
    rows = facts.rows.where(~facts.rows["label"].isin(*facts.labels))
    count = rows.count() if unknown else 0
    named = ", ".join(label or "(none)" for label in unknown[:10])
    return Finding(
        "unknown_labels",
        facts.settings.unknown_labels.judge(facts.share(count)),
        f"{count} documents have labels that the configuration does not know: {named}"
        if unknown
        else "every label is one of the configuration",
        f"name the label in `departments`, or map it to one of {', '.join(facts.labels)}" if unknown else "",
        {"documents": count, "labels": len(unknown)},
        facts.ids(rows) if unknown else (),
    )


def missing_classes(facts: Facts) -> Finding:
    """Whether every label of the configuration has documents."""
    missing = [label for label in facts.labels if label not in facts.occurring]
    return Finding(
        "missing_classes",
        facts.settings.missing_classes.judge(len(missing)),
        f"no document is labelled {', '.join(missing)}" if missing else "every class has documents",
        "add documents of it (`mailroom samples` generates some), or take the label out of the configuration"
        if missing
        else "",
        {"classes": len(missing)},
        tuple(missing),
    )


def empty_classes(facts: Facts) -> Finding:
    """Whether every class that occurs has documents with text."""
    empty = [label for label in facts.labels if label in facts.occurring and label not in facts.sources]
    return Finding(
        "empty_classes",
        facts.settings.empty_classes.judge(len(empty)),
        f"not one document of {', '.join(empty)} has a text" if empty else "every class has texts",
        "look at where its texts are read: a wrong column, or scans without OCR" if empty else "",
        {"classes": len(empty)},
        tuple(empty),
    )


def class_counts(facts: Facts) -> Finding:
    """Whether classes have enough documents with text."""
    settings = facts.settings
    counts = {label: sum(facts.sources[label].values()) for label in facts.labels if label in facts.sources}
    scarce = {label: count for label, count in counts.items() if count < settings.fewest_documents}
    few = {label: count for label, count in counts.items() if count < settings.few_documents}
    outcome = Outcome.STOP if scarce else Outcome.WARN if few else Outcome.PASS
    named = ", ".join(f"{label} has {count}" for label, count in (scarce or few).items())
    fewest = settings.fewest_documents if scarce else settings.few_documents
    return Finding(
        "class_counts",
        outcome,
        f"classes with fewer than {fewest} documents: {named}"
        if few
        else f"the smallest class has {min(counts.values(), default=0)} documents",
        "add documents of these classes; generated ones help until there are more" if few else "",
        counts,
        tuple(few),
    )


def source_share(facts: Facts) -> Finding:
    """Whether one source swamps a class that has several."""
    limits = facts.settings.source_share
    shares = {label: _largest(counts) for label, counts in facts.sources.items() if len(counts) > 1}
    swamped = {label: found for label, found in shares.items() if limits.judge(found[1]) is not Outcome.PASS}
    named = ", ".join(
        f"{source or '(no source named)'} gives {share:.0%} of {label}"
        for label, (source, share) in swamped.items()
    )
    return Finding(
        "source_share",
        limits.judge(max((share for _, share in shares.values()), default=0)),
        f"one source swamps a class: {named}" if swamped else "no source swamps a class that has several",
        "set `split.limit_per_source`, or add documents of other sources: else the model learns the source"
        if swamped
        else "",
        {label: round(share, 4) for label, (_, share) in shares.items()},
        tuple(f"{label}: {source}" for label, (source, _) in swamped.items()),
    )


def class_balance_drift(facts: Facts) -> Finding:
    """How many documents changed class since the last run: half the sum of differences (total variation distance)."""
    now = {label: sum(counts.values()) for label, counts in facts.sources.items()}
    before = dict((facts.previous or {}).get("classes", {}))
    if not sum(before.values()) or not sum(now.values()):
        return Finding("class_balance_drift", Outcome.PASS, "there is no earlier run to compare with")
    moves = {
        label: now.get(label, 0) / sum(now.values()) - before.get(label, 0) / sum(before.values())
        for label in sorted({*now, *before})
    }
    distance = sum(map(abs, moves.values())) / 2
    most = max(moves, key=lambda label: abs(moves[label]))
    return Finding(
        "class_balance_drift",
        outcome := facts.settings.class_balance_drift.judge(distance),
        f"{distance:.0%} of documents changed class since the last run, {most} most ({moves[most]:+.0%})",
        "find out whether the mail changed or a source is missing" if outcome is not Outcome.PASS else "",
        {label: round(move, 4) for label, move in moves.items()},
    )


def _largest(counts: dict[str, int]) -> tuple[str, float]:
    source = max(counts, key=lambda name: (counts[name], name))
    return source, counts[source] / sum(counts.values())
