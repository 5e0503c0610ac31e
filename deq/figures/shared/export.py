"""Downloads: the numbers as CSV, and a figure as one HTML page that works offline."""

from __future__ import annotations

import csv
import html
import io

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from deq.figures.shared.classes import class_columns
from deq.figures.shared.palette import FONT, palette


def trajectory_csv(
    t: npt.ArrayLike,
    residual: npt.ArrayLike,
    relative: npt.ArrayLike,
    points: npt.ArrayLike,
    probabilities: npt.ArrayLike,
    *,
    clock: str = "t",
) -> str:
    """One line a recorded state, every digit of every number.

    Parameters
    ----------
    t, residual, relative : array (T,)
        Solver time, ‖f(z) − z‖₂, and ‖f(z) − z‖₂ / (1 + ‖z‖₂), which the stop test compares with
        the tolerance.
    points : array (T, 3)
        The state on the model's fixed canonical variates.
    probabilities : array (T, 10) or (T, 11)
        The readout at that state: of the ten digits, and of "no digit".
    clock : str
        What t is called.

    Examples
    --------
    >>> text = trajectory_csv([0.0], [0.5], [0.25], [[1, 2, 3]], [[0.1] * 10])
    >>> text.splitlines()[0]
    't,residual,relative_residual,pc1,pc2,pc3,p0,p1,p2,p3,p4,p5,p6,p7,p8,p9'
    >>> text.splitlines()[1][:24]
    '0.0,0.5,0.25,1.0,2.0,3.0'
    """
    shares = np.asarray(probabilities, dtype=np.float64)  # (T, 10) or (T, 11)
    numbers = [
        np.asarray(t, dtype=np.float64)[:, None],  # (T, 1)
        np.asarray(residual, dtype=np.float64)[:, None],  # (T, 1)
        np.asarray(relative, dtype=np.float64)[:, None],  # (T, 1)
        np.asarray(points, dtype=np.float64).reshape(-1, 3),  # (T, 3)
        shares,
    ]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    names = [clock, "residual", "relative_residual", "pc1", "pc2", "pc3"]
    writer.writerow([*names, *class_columns(shares.shape[1])])
    writer.writerows(np.concatenate(numbers, axis=1).tolist())
    return buffer.getvalue()


def standalone_page(
    figure: go.Figure, title: str, caption: str = "", *, theme: str | None = "light"
) -> str:
    """One HTML file that plays the figure anywhere, offline: plotly.js is inside.

    Parameters
    ----------
    figure : Figure
        Left as it is.
    title, caption : str
        Shown above and below it, as plain text.
    theme : {"light", "dark"}
        The figure is transparent; this colours the page behind it.
    """
    colours = palette(theme)
    body = figure.to_html(
        full_html=False,
        include_plotlyjs=True,
        auto_play=False,
        default_height="78vh",
        config={"displaylogo": False, "responsive": True},
    )
    heading, words = html.escape(title), html.escape(caption)
    return (
        "<!doctype html>\n"
        f'<html lang="en"><meta charset="utf-8"><title>{heading}</title>'
        f"<style>body{{margin:2rem;background:{colours.page};color:{colours.ink};"
        f"font-family:{FONT}}}</style>"
        f"<h1>{heading}</h1>{body}<p>{words}</p></html>\n"
    )
