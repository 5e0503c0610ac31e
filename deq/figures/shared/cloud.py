"""The map of the ten classes: where equilibria of training digits lie on the fixed basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from deq.figures.shared.layout import glow
from deq.figures.shared.palette import Palette, translucent
from deq.figures.shared.traces import Array, rounded

# Radius of a class's ellipse in standard deviations: it holds about two thirds of a Gaussian class.
_RADIUS = 1.5
_CORNERS = 40
# Room for a large digit, as shares of the two sides of a small map.
ROOM = np.array([0.06, 0.09])


@dataclass(frozen=True)
class Cloud:
    """Projected equilibria of digits whose class is known.

    Attributes
    ----------
    points : tuple of (x, y, z)
        Coordinates on the three canonical variates.
    labels : tuple of int
        Their digits.
    """

    points: tuple[tuple[float, ...], ...]
    labels: tuple[int, ...]

    @classmethod
    def of(cls, points: npt.ArrayLike, labels: npt.ArrayLike) -> Cloud:
        """From arrays (N, ≥2) and (N,)."""
        places = np.asarray(points, dtype=np.float64).round(3)  # (N, 3)
        return cls(
            tuple(map(tuple, places.tolist())),
            tuple(int(label) for label in np.asarray(labels).tolist()),
        )

    def array(self) -> Array:
        """The points as an array (N, 3)."""
        return self._array

    @cached_property
    def _array(self) -> Array:
        return np.asarray(self.points)

    def classes(self) -> list[tuple[int, Array]]:
        """Each digit that occurs, with its points (n, 3)."""
        points, labels = self.array(), np.asarray(self.labels)
        return [(int(k), points[labels == k]) for k in np.unique(labels)]


def ellipse(points: Array, radius: float = _RADIUS) -> Array:
    """The outline (40, 2) {m + radius·Σ^½ u : ‖u‖ = 1} of points (n, 2), mean m, covariance Σ.

    Examples
    --------
    >>> square = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])
    >>> outline = ellipse(square, radius=1.0)
    >>> bool(np.allclose(np.linalg.norm(outline, axis=1), np.sqrt(4 / 3)))
    True
    """
    angles = np.linspace(0, 2 * np.pi, _CORNERS, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)])  # (2, 40)
    values, vectors = np.linalg.eigh(np.cov(points.T))  # (2,), (2, 2)
    root = vectors * np.sqrt(np.clip(values, 0, None))  # (2, 2)
    outline: Array = points.mean(0) + radius * (root @ circle).T
    return outline


@lru_cache(maxsize=8)
def regions(cloud: Cloud, colours: Palette) -> tuple[dict[str, Any], ...]:
    """One filled outline a class, as layout shapes; the same for every drawing."""
    shapes = []
    for digit, members in cloud.classes():
        if len(members) < 3:
            continue
        corners = rounded(ellipse(members[:, :2]), 2)
        shapes.append(
            {
                "type": "path",
                "path": "M" + "L".join(f"{x},{y}" for x, y in corners) + "Z",
                "layer": "below",
                "fillcolor": translucent(colours.digits[digit], 0.13),
                "line": {"color": translucent(colours.digits[digit], 0.5), "width": 1},
            }
        )
    return tuple(shapes)


@lru_cache(maxsize=8)
def cloud_traces(cloud: Cloud, colours: Palette, dims: int) -> tuple[dict[str, Any], ...]:
    """The points, and the digit written at the middle of each class, or beside it for want of room.

    In space the digits stand at the middles: a turn parts them.
    """
    digits = [digit for digit, _ in cloud.classes()]
    middles = np.asarray([np.median(members, axis=0) for _, members in cloud.classes()])
    if dims == 2:
        middles = spread(middles[:, :2], ROOM * np.ptp(cloud.array()[:, :2], axis=0))
    dots = {
        "type": scatter(dims),
        "mode": "markers",
        **coordinates(cloud.array(), dims, 2),
        "marker": {
            "color": [colours.digits[label] for label in cloud.labels],
            "size": 2.5 if dims == 3 else 5,
            "opacity": 0.5,
        },
        "text": [str(label) for label in cloud.labels],
        "hovertemplate": "a training digit: %{text}<extra></extra>",
    }
    return dots, class_names(coordinates(middles, dims, 2), digits, colours, dims)


def spread(places: Array, room: Array) -> Array:
    """Places (n, 2) pushed apart until ‖(p − q) / room‖₂ ≥ 1 for each two of them.

    Examples
    --------
    >>> places = np.array([[0.0, 0.0], [0.5, 0.0], [9.0, 9.0]])
    >>> spread(places, np.array([1.0, 1.0])).round(2).tolist()
    [[-0.25, 0.0], [0.75, 0.0], [9.0, 9.0]]
    """
    room = np.where(room > 0, room, 1)
    moved = places / room  # (n, 2)
    for _ in range(100):
        away = moved[:, None] - moved  # (n, n, 2)
        gap = np.linalg.norm(away, axis=-1)  # (n, n)
        near = (gap > 0) & (gap < 1 - 1e-6)
        if not near.any():
            break
        push = np.where(near, (1 - gap) / 2, 0) / np.where(gap > 0, gap, 1)
        moved = moved + (push[..., None] * away).sum(1)
    apart: Array = moved * room
    return apart


def class_names(
    places: dict[str, Any], digits: Sequence[int], colours: Palette, dims: int = 2
) -> dict[str, Any]:
    """The digits, large and each in its colour, as a trace at their places."""
    hues = [colours.digits[digit] for digit in digits]
    return {
        "type": scatter(dims),
        "mode": "text",
        **places,
        "text": [f"<b>{digit}</b>" for digit in digits],
        "textfont": lettering(26, hues, colours, dims),
        "hoverinfo": "skip",
    }


def lettering(
    size: int, colour: str | list[str], colours: Palette, dims: int = 2
) -> dict[str, Any]:
    """The font of letters on the map, with a halo where Plotly can draw one."""
    font = {"size": size, "color": colour}
    return font if dims == 3 else {**font, "shadow": glow(colours.page)}


def coordinates(points: Array, dims: int, digits: int) -> dict[str, Any]:
    """The first columns of points (n, ≥ dims) as a trace's x, y and z."""
    return {name: rounded(points[:, k], digits) for k, name in enumerate("xyz"[:dims])}


def scatter(dims: int) -> str:
    """Plotly's name for dots in the plane or in space."""
    return "scatter3d" if dims == 3 else "scatter"


def bounds(cloud: Cloud, path: Array, axis: int) -> Sequence[float]:
    """The range of one axis: the whole cloud, widened only if the path leaves it."""
    values = np.concatenate([cloud.array()[:, axis], path[:, axis]])
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low or 1.0)
    return [round(low - room, 3), round(high + room, 3)]
