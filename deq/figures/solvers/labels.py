"""Names at the ends of curves: below the ends, at several heights where ends are close together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import Any

from deq.figures.solvers.lines import Line
from deq.status import Status

# Pixels: of a letter and a line, from an end to its label, and between two tries.
_LETTER, _LINE, _FIRST, _STEP = 7.4, 17, 22, 5
_HEAD = 8
# Ends no further apart than this share one leader; other labels avoid this much of a leader.
_SAME, _LEADER = 14, 45
_NOTHING = "rgba(0,0,0,0)"
_TRIES = 5
TALL = 350  # of a panel, roughly
Box = tuple[float, float, float, float]
_MARK = {Status.CONVERGED: "", Status.MAX_EVALS: " …", Status.STALLED: " …"}


def end_labels(
    lines: Sequence[Line],
    reach: Sequence[float],
    span: tuple[float, float],
    width: float,
    height: float,
) -> tuple[list[dict[str, Any]], float]:
    """A label below each curve's end, none over another, and the room that they need below.

    A leader is the thin line from an end to its label. Labels also avoid the leaders of other ends:
    they stand to the left or to the right of their own end where that helps. Of several curves that
    end in one place only the first has a leader.

    Parameters
    ----------
    lines : sequence
        The curves.
    reach, span : two floats
        The axes from and to, in decades; a curve that leaves the picture has its name at the top.
    width, height : float
        The panel's, in pixels, roughly.

    Returns
    -------
    labels : list of dict
        Plotly's annotations.
    room : float
        Decades to add below the span.
    """
    tall = height  # of the curves: what the labels below them leave
    for _ in range(_TRIES):
        labels, lowest = _placed(lines, reach, span, width, tall)
        below = max(0.0, lowest - tall)
        if tall + below <= height:
            break
        tall = max(height - below, height / 2)
    return labels, below / tall * (span[1] - span[0])


def _placed(
    lines: Sequence[Line],
    reach: Sequence[float],
    span: tuple[float, float],
    width: float,
    tall: float,
) -> tuple[list[dict[str, Any]], float]:
    """The labels where the curves are this tall in pixels, and where the lowest one ends."""
    across, up = width / (reach[1] - reach[0]), tall / (span[1] - span[0])
    ends = []
    for line in lines:
        x, y = math.log10(float(line.x[-1])), math.log10(float(line.y[-1]))
        ends.append((x, min(y, span[1] - 0.1), line))
    places = [((x - reach[0]) * across, (span[1] - y) * up) for x, y, _ in ends]
    heads: list[Box] = [(x - _HEAD, y - _HEAD, 2 * _HEAD, 2 * _HEAD) for x, y in places]
    taken: list[Box] = []
    named: list[tuple[float, float]] = []
    labels, lowest = [], 0.0
    for (x, y, line), at in sorted(zip(ends, places, strict=True), key=lambda end: end[0][:2]):
        text = line.run.name + _MARK.get(line.run.status, " ✕")
        wide = len(text) * _LETTER
        leaders: list[Box] = [
            (other[0] - 1, other[1], 2, _LEADER) for other in places if not _same(other, at)
        ]
        left, drop = _free(at, wide, width, [*heads, *taken, *leaders])
        taken.append((left, at[1] + drop - _LINE / 2, wide, _LINE))
        lowest = max(lowest, at[1] + drop + _LINE)
        labels.append(
            {
                "x": x,
                "y": y,
                "text": f"<b>{text}</b>",
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 1,
                "arrowcolor": _NOTHING if any(_same(at, n) for n in named) else line.colour,
                "standoff": 7,
                "ax": left + wide / 2 - at[0],
                "ay": drop,
                "font": {"size": 13, "color": line.colour},
            }
        )
        named.append(at)
    return labels, lowest


def _free(
    at: tuple[float, float], wide: float, width: float, taken: Sequence[Box]
) -> tuple[float, float]:
    """Left edge and drop of the first free place for a label below ``at``: mid, right, left."""
    wanted = (at[0] - wide / 2, at[0] - _HEAD, at[0] + _HEAD - wide)
    lefts = [min(max(left, 0), width - wide) for left in wanted]
    return next(
        (left, drop)
        for drop, left in product(range(_FIRST, 10_000, _STEP), lefts)
        if not any(_meet((left, at[1] + drop - _LINE / 2, wide, _LINE), box) for box in taken)
    )


def _same(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether two ends look like one."""
    return math.dist(a, b) <= _SAME


def _meet(a: Box, b: Box) -> bool:
    """Whether two boxes (left, top, width, height) overlap."""
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
