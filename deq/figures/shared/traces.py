"""Numbers and traces as plain dictionaries and lists, which is what figures are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def rounded(values: npt.ArrayLike, digits: int = 4) -> list[Any]:
    """Python numbers with few decimals: half the bytes of an array in the page's JSON.

    NaN and infinities become None, which Plotly leaves out. Any shape.

    Examples
    --------
    >>> rounded([0.123456, float("nan"), 2.0], 3)
    [0.123, None, 2.0]
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim > 1:
        return [rounded(row, digits) for row in array]
    return [round(value, digits) if np.isfinite(value) else None for value in array.tolist()]


def significant(values: npt.ArrayLike, digits: int, *, log: bool = False) -> list[float | None]:
    """Numbers (n,) with few significant digits, for values of very different size.

    NaN and infinities become None; for a logarithmic axis, so do zero and negative numbers.

    Examples
    --------
    >>> significant([0.00123456, float("nan"), 0.0], 3), significant([0.0], 3, log=True)
    ([0.00123, None, 0.0], [None])
    """
    numbers = np.asarray(values, dtype=np.float64).tolist()
    return [
        float(f"{v:.{digits}g}") if np.isfinite(v) and (v > 0 or not log) else None
        for v in numbers
    ]  # fmt: skip


def joined(paths: Iterable[npt.ArrayLike], digits: int = 4) -> list[Any]:
    """Several paths as one trace: Plotly breaks the line at each None.

    Examples
    --------
    >>> joined([[1, 2], [3]])
    [1.0, 2.0, None, 3.0, None]
    """
    return [value for path in paths for value in (*rounded(path, digits), None)]


def within(values: npt.ArrayLike, view: tuple[float, float], widths: float = 20) -> Array:
    """Values cut off at so many widths of the view: browsers draw no lines to 10¹⁷⁰."""
    far = widths * (view[1] - view[0])
    return np.asarray(values, dtype=np.float64).clip(view[0] - far, view[1] + far)


def trace(
    x: list[Any] | None = None,
    y: list[Any] | None = None,
    *,
    panel: int = 1,
    hover: str = "",
    **more: Any,
) -> dict[str, Any]:
    """A scatter trace in the k-th panel. Without the text `hover` the pointer skips it.

    An animated trace can leave out x and y, which its frames then give.
    """
    told = {"hovertemplate": f"{hover}<extra></extra>"} if hover else {"hoverinfo": "skip"}
    place = {"xaxis": f"x{panel}", "yaxis": f"y{panel}"} if panel > 1 else {}
    data = {name: values for name, values in (("x", x), ("y", y)) if values is not None}
    return {"type": "scatter", **data, **place, **told, **more}


def line(
    x: list[Any] | None,
    y: list[Any] | None,
    colour: str,
    width: float = 2,
    *,
    dash: str = "solid",
    mode: str = "lines",
    **more: Any,
) -> dict[str, Any]:
    """A line through all of its points: Plotly would leave most of them out."""
    style: dict[str, Any] = {"color": colour, "width": width}
    if x is None or len(x) > 2:
        style["simplify"] = False
    if dash != "solid":
        style["dash"] = dash
    return trace(x, y, mode=mode, line=style, **more)


def dots(
    x: list[Any] | None,
    y: list[Any] | None,
    colour: str | list[str],
    size: float | list[float],
    *,
    symbol: str | list[str] | None = None,
    edge: tuple[str | list[str], float] | None = None,
    mode: str = "markers",
    **more: Any,
) -> dict[str, Any]:
    """Markers; `edge` is the colour and the width of their outline."""
    return trace(x, y, mode=mode, marker=marker(colour, size, symbol=symbol, edge=edge), **more)


def marker(
    colour: str | list[str],
    size: float | list[float],
    *,
    symbol: str | list[str] | None = None,
    edge: tuple[str | list[str], float] | None = None,
) -> dict[str, Any]:
    """How markers look."""
    look: dict[str, Any] = {"color": colour, "size": size}
    if symbol is not None:
        look["symbol"] = symbol
    if edge is not None:
        look["line"] = {"color": edge[0], "width": edge[1]}
    return look


def moved(x: list[Any], y: list[Any], **more: Any) -> dict[str, Any]:
    """What a frame changes in one trace."""
    return {"type": "scatter", "x": x, "y": y, **more}
