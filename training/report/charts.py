"""The charts of a report as inline SVG, whose colours are the page's own and follow light and dark.

matplotlib draws in fixed colours; each stands for a variable of the page's style sheet and is replaced by it.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from training.report.curves import Bin, Coverage, thinned

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, MUTED, GRID, ACCENT, WARM = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {INK: "--ink", MUTED: "--muted", GRID: "--line", ACCENT: "--accent", WARM: "--warm"}
SIZE = (5.4, 3.6)
"""Inches; the page scales it."""
POINTS = 500
"""Of a curve; more cannot be seen, and 200,000 documents would make the page heavy."""
RATIOS = [0, 0.2, 0.4, 0.6, 0.8, 1]


def reliability_diagram(bins: tuple[Bin, ...]) -> str:
    """Accuracy over confidence; on the diagonal a model is as sure as it is right. Area says how many documents.

    Args:
        bins: At least one.
    """
    most = max(item.documents for item in bins)

    def draw(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=MUTED, linestyle="--", linewidth=1)
        means, rights = [item.confidence for item in bins], [item.accuracy for item in bins]
        axes.vlines(means, means, rights, color=WARM, linewidth=2)
        sizes = [20 + 180 * item.documents / most for item in bins]
        axes.scatter(means, rights, s=sizes, color=ACCENT, zorder=3)
        axes.set(xlim=(0, 1.02), ylim=(0, 1.05), xlabel="confidence", ylabel="share that is right")

    return _svg(draw, "reliability", "Reliability diagram: share that is right over confidence")


def coverage_chart(curve: tuple[Coverage, ...], chosen: Coverage) -> str:
    """Accuracy of what needs no person, over its share of all documents; a mark where the threshold lies.

    Args:
        curve: At least one point.
        chosen: By the threshold.
    """
    drawn = thinned(curve, POINTS)

    def draw(axes: "Axes") -> None:
        axes.step(
            [point.covered for point in drawn], [point.accuracy for point in drawn], color=ACCENT, linewidth=2
        )
        axes.axvline(chosen.covered, color=WARM, linestyle="--", linewidth=1.2)
        axes.scatter([chosen.covered], [chosen.accuracy], color=WARM, s=60, zorder=3)
        lowest = min(point.accuracy for point in drawn)
        axes.set(xlim=(0, 1.02), ylim=(max(0.0, lowest - 0.05), 1.01))
        axes.set(xlabel="share labelled without a person", ylabel="share of those that is right")

    return _svg(draw, "coverage", "Coverage against accuracy, with the review threshold marked")


def _svg(draw: Callable[["Axes"], None], name: str, title: str) -> str:
    from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: PLC0415 - only a report pays for it
    from matplotlib.figure import Figure  # noqa: PLC0415

    with _style(name):
        figure = Figure(figsize=SIZE, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.add_subplot()
        axes.grid(color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_xticks(RATIOS)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, title)


@contextmanager
def _style(name: str) -> Iterator[None]:
    from matplotlib import rc_context  # noqa: PLC0415

    with rc_context(
        {
            "svg.fonttype": "none",  # text stays text: it takes the page's font and can be read aloud
            "svg.hashsalt": name,
            "font.size": 10,
            "axes.labelcolor": INK,
            "axes.edgecolor": MUTED,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
        }
    ):
        yield


def _inline(document: str, name: str, title: str) -> str:
    """The svg element alone, named for screen readers, without matplotlib's metadata and fixed size."""
    body = document[document.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    head, _, rest = body.partition(">")
    view = re.search(r'viewBox="[^"]*"', head)
    for colour, variable in _VARIABLES.items():
        rest = rest.replace(colour, f"var({variable})")
    rest = re.sub(r'(id="|url\(#|href="#)', rf"\1{name}-", rest)
    spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    label = f'role="img" aria-labelledby="{name}-title"'
    frame = f"<svg {spaces} {view[0] if view else ''} {label}>"
    return f'{frame}<title id="{name}-title">{title}</title>{rest}'
