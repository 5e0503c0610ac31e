"""How fast each method nears the fixed point: its error on a logarithmic axis, per evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.layout import axis, base_layout, build, note
from deq.figures.shared.palette import palette
from deq.figures.shared.traces import line, marker, significant

# Errors below are rounding.
_FLOOR = 1e-14


def errors_over_evals(
    courses: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]],
    *,
    slope: float = float("nan"),
    chosen: str = "",
    theme: str | None = "light",
) -> go.Figure:
    """|xₙ − x*| against the evaluations of g that were spent, one line a method.

    Parameters
    ----------
    courses : mapping of str to (evals, errors)
        Evaluations spent when each iterate was checked, and its distance from the fixed point, both
        (n + 1,). The name is the label; its first word is the solver whose look the line gets.
    slope : float
        g′(x*): draws the line along which each step leaves |g′(x*)| of the first course's error.
    chosen : str
        This course is drawn in full width.
    theme : {"light", "dark"}
        Which colours to use.
    """
    colours = palette(theme)
    lines: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    longest = 1.0
    for name, (evals, errors) in courses.items():
        spent = np.asarray(evals, dtype=np.float64)  # (n + 1,)
        error = np.asarray(errors, dtype=np.float64)  # (n + 1,)
        seen = np.isfinite(error) & (error > _FLOOR)
        if not seen.any():
            continue
        spent, error = spent[seen], error[seen]
        look = colours.look(name.partition(" ")[0])
        end = float(spent[-1])
        longest = max(longest, end)
        loud = name == chosen
        lines.append(
            line(
                spent.tolist(),
                significant(error, 4),
                look.colour,
                3 if loud else 1.5,
                dash=look.dash,
                mode="lines+markers" if len(spent) <= 60 else "lines",
                name=name,
                marker=marker(look.colour, 8 if loud else 6, symbol=look.symbol),
                hover=f"{name}: error %{{y:.2g}} after %{{x}}",
            )
        )
        # At the end of its line, where the methods are farthest apart.
        labels.append(
            note(end, float(np.log10(error[-1])), f"<b>{name}</b>", look.colour, size=13,
                 halo=colours.page, xshift=8, xanchor="left")
        )  # fmt: skip
    theory = _theory(courses, slope)
    if theory is not None:
        x, y = theory
        lines.insert(0, line(x, y, colours.accent, dash="dash", name="theory"))
        text = f"slope log |g′(x*)|: × {abs(slope):.3g}"
        middle = float(np.log10(y[0] * y[1])) / 2
        labels.append(
            note((x[0] + x[1]) / 2, middle, text, colours.accent, size=13, halo=colours.page,
                 xanchor="left", xshift=6, yshift=12)
        )  # fmt: skip
    layout = {
        **base_layout(colours),
        "margin": {"l": 62, "r": 12, "t": 14, "b": 44},
        "annotations": labels,
        "xaxis": axis(
            colours, title="evaluations of g", range=[0, 1.28 * longest + 1], automargin=False
        ),
        "yaxis": axis(
            colours,
            title="error |xₙ − x*| (log scale)",
            type="log",
            exponentformat="power",
            nticks=7,
            automargin=False,
        ),
    }
    return build(lines, layout)


def _theory(
    courses: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]], slope: float
) -> tuple[list[float], list[float]] | None:
    """The line |g′|ⁿ through the middle of the first course, if that is plain iteration."""
    if not courses or not 0 < abs(slope) < 1:
        return None
    evals, errors = next(iter(courses.values()))
    spent = np.asarray(evals, dtype=np.float64)
    error = np.asarray(errors, dtype=np.float64)
    at = len(error) // 2
    if not (np.isfinite(error[at]) and error[at] > _FLOOR):
        return None
    ends = [float(spent[0]), float(spent[-1])]
    heights = [float(error[at] * abs(slope) ** (n - spent[at])) for n in ends]
    return (ends, heights) if all(h > 1e-300 for h in heights) else None
