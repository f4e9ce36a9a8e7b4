"""Figures as tables for people."""

from collections.abc import Sequence

from benchmarks.serving.comparing import Target, Turn, middle


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


def asked(target: Target) -> str:
    """One ratio beside its bound."""
    sign = "at least" if target.at_least else "at most"
    verdict = "met" if target.met else "NOT met"
    return f"{target.what + ':':58}{target.ratio:7.2f}  ({sign} {target.bound:g}: {verdict})"


def _cell(turn: Turn) -> str:
    load = turn.load
    return f"{load.requests_per_second:13,.0f}{load.p50_ms:9.2f}{load.p99_ms:9.2f}{turn.cpu_ms:9.3f}"
