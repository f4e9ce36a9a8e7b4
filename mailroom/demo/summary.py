"""The books at the end of the demonstration."""

from typing import Any

from rich.console import Console
from rich.table import Table

from mailroom.demo.scenario import Scenario
from mailroom.following import figures
from mailroom.following.ledger import Ledger

MEBIBYTE = 1 << 20


def summarise(ledger: Ledger, scenario: Scenario, names: dict[str, str]) -> dict[str, Any]:
    """All figures that the ledger gives.

    Args:
        ledger: The books.
        scenario: What was sent, with its true labels.
        names: Id to file name.
    """
    pairs = [
        (scenario.truth[names[outcome.id]], outcome.classification.label)
        for outcome in ledger.classified
        if outcome.classification and names.get(outcome.id) in scenario.truth
    ]
    return {
        "ingested": len(ledger.received),
        "classified": len({outcome.id for outcome in ledger.classified}),
        "dead_lettered": len({outcome.id for outcome in ledger.dead}),
        "dead_letter_reasons": ledger.reasons,
        "lost": len(ledger.lost) + max(0, scenario.documents - len(ledger.received)),
        "duplicates": len(ledger.doubled),
        "duplicates_dropped": ledger.duplicates,
        "parts": sum(outcome.parent is not None for outcome in (*ledger.classified, *ledger.dead)),
        "same_content": sum(
            outcome.classification.duplicate_of is not None
            for outcome in ledger.classified
            if outcome.classification
        ),
        "to_review": sum(
            outcome.classification.decision == "review"
            for outcome in ledger.classified
            if outcome.classification
        ),
        "accuracy": round(sum(truth == label for truth, label in pairs) / max(1, len(pairs)), 4),
        "macro_f1": round(figures.macro_f1(pairs), 4),
        "age_seconds": figures.ages(ledger),
        "documents_per_second": figures.throughput(ledger),
    }


def draw(console: Console, result: dict[str, Any]) -> None:
    """The summary as a table for a person."""
    ages = result["age_seconds"]
    rates = ", ".join(f"{stage} {rate:g}" for stage, rate in result["documents_per_second"].items())
    memory = ", ".join(f"{name} {size // MEBIBYTE}" for name, size in result["memory_bytes"].items())
    reasons = ", ".join(f"{reason} {count}" for reason, count in result["dead_letter_reasons"].items())
    rows = {
        "documents in": result["ingested"],
        "labelled": f"{result['classified']} ({result['to_review']} for review)",
        "dead-lettered": f"{result['dead_lettered']} ({reasons})",
        "sent twice, dropped": result["duplicates_dropped"],
        "labelled twice": result["duplicates"],
        "parts of others": result["parts"],
        "same content": result["same_content"],
        "lost": result["lost"],
        "accuracy": f"{result['accuracy']:.3f} (macro-F1 {result['macro_f1']:.3f})",
        "age": f"median {ages['p50']:.2f} s, 99th percentile {ages['p99']:.2f} s",
        "documents a second": rates,
        "memory in MiB": memory,
        "first label after": f"{result['first_label_seconds']} s",
        "all done after": f"{result['seconds']} s",
    }
    table = Table("", "", show_header=False, box=None)
    for name, value in rows.items():
        table.add_row(name, str(value))
    console.print(table)
