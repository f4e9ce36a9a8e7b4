"""Figures as tables for people."""

from collections.abc import Mapping, Sequence

from benchmarks.serving.comparing import Target, Turn, middle
from benchmarks.serving.strain import Overload, Paced


def comparison(found: Sequence[Turn], targets: Sequence[Target]) -> str:
    """Rows of contestants, columns of loads; then what is asked."""
    names = list(dict.fromkeys(turn.name for turn in found))
    loads = list(dict.fromkeys(turn.connections for turn in found))
    lines = [
        f"{'connections':22}" + "".join(f"{count:>40}" for count in loads),
        f"{'':22}" + f"{'requests/s':>13}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}" * len(loads),
    ]
    lines += [f"{name:22}" + "".join(_cell(middle(found, name, count)) for count in loads) for name in names]
    failed = sum(turn.load.refused + turn.load.broken for turn in found)
    lines += ["", f"requests without an answer of success: {failed}"]
    return "\n".join([*lines, "", *map(asked, targets)])


def overload(found: Overload) -> str:
    """What twice the capacity did."""
    busy, rested = (f"{100 * share:.0f} %" for share in found.busy)
    lines = [
        f"capacity, 32 connections:           {found.capacity:9,.0f} requests/s, {rested} of its core",
        f"offered for the overload's time:    {found.offered:9,.0f} requests/s, {busy} of it",
        f"  labelled:                         {found.successes:9,.0f} requests/s, p99 {found.success_p99_ms:.0f} ms",
        f"  refused (429, 503):               {found.refused:9,.0f} requests/s",
        f"  answered otherwise, or never:     {found.others:9,}",
        f"the client sent late by (p99):      {found.late_p99_ms:9.1f} ms",
        "",
    ]
    targets = [
        Target("slowest answer, seconds", found.slowest_seconds, 1.0, at_least=False),
        Target("labels, of capacity", found.kept, 0.9, at_least=True),
        Target(
            "the same for each second of processor time", found.kept_by_processor_time, 0.9, at_least=True
        ),
        Target("recovered after, seconds", found.recovery_seconds, 2.0, at_least=False),
    ]
    return "\n".join([*lines, *map(asked, targets)])


def paced(found: Paced) -> str:
    """What a steady pace did."""
    lines = [
        f"{found.rate:g} texts/s: p50 {found.p50_ms:.1f} ms, p99 {found.p99_ms:.1f} ms",
        f"requests without a label: {found.failed}",
    ]
    return "\n".join([*lines, asked(Target("p90, milliseconds", found.p90_ms, 30.0, at_least=False))])


def memory(found: Mapping[int, float]) -> str:
    """How memory grew."""
    lines = [f"after {point:9,} documents: {mebibytes:8.1f} MiB" for point, mebibytes in found.items()]
    first, *_, last = found.values()
    return "\n".join([*lines, asked(Target("memory, last of first", last / first, 1.1, at_least=False))])


def asked(target: Target) -> str:
    """One ratio beside its bound."""
    sign = "at least" if target.at_least else "at most"
    verdict = "met" if target.met else "NOT met"
    return f"{target.what + ':':58}{target.ratio:7.2f}  ({sign} {target.bound:g}: {verdict})"


def _cell(turn: Turn) -> str:
    load = turn.load
    return f"{load.requests_per_second:13,.0f}{load.p50_ms:9.2f}{load.p99_ms:9.2f}{turn.cpu_ms:9.3f}"
