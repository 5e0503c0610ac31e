"""A hand that draws: wobbly lines, curves and loops whose joins are missed by a little.

A drawing is made in a frame of about 1×1, y down, and then placed on the 280-pixel pad.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from deq.digits.strokes import PAD, Stroke

Family = Callable[[np.random.Generator], list[Stroke]]
Point = Sequence[float] | npt.NDArray[np.float64]

MARGIN = 10
SIZES = (90, 250)  # longest side of a drawing in pixels
_SPACING = 4  # pixels from one point of a stroke to the next


class Sketch:
    """One drawing by one hand.

    Parameters
    ----------
    rng : numpy.random.Generator
        Makes all random choices, this hand's care among them.

    Examples
    --------
    >>> sketch = Sketch(np.random.default_rng(0))
    >>> sketch.line((0, 0), (1, 1))
    >>> [stroke] = sketch.on_pad()
    >>> bool((stroke > 0).all() and (stroke < 280).all())
    True
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.strokes: list[Stroke] = []
        self.slip = rng.uniform(0.004, 0.02)  # how far a point is missed
        self.lifts = rng.random() < 0.3  # whether the pen is lifted at corners

    def maybe(self, chance: float = 0.5) -> bool:
        """Whether to draw an optional part."""
        return bool(self.rng.random() < chance)

    def between(self, low: float, high: float) -> float:
        """A length or position."""
        return float(self.rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A number of parts, from low to high."""
        return int(self.rng.integers(low, high + 1))

    def curve(self, *points: Point) -> None:
        """One smooth stroke through points."""
        through = self._missed(points)
        gaps = np.maximum(np.linalg.norm(np.diff(through, axis=0), axis=1), 1e-3)
        t = np.concatenate([[0], np.cumsum(np.sqrt(gaps))])
        self.strokes.append(CubicSpline(t, through)(np.linspace(0, t[-1], 24 * len(points))))

    def line(self, *corners: Point) -> None:
        """Straight sides from corner to corner, in one stroke or lifting the pen at each."""
        if self.lifts:
            for pair in pairwise(corners):
                self.strokes.append(self._missed(pair))
        else:
            self.strokes.append(self._missed(corners))

    def polygon(self, *corners: Point) -> None:
        """As `line`, back to the first corner."""
        self.line(*corners, corners[0])

    def loop(self, centre: Point, radii: Point, start: float | None = None) -> None:
        """An ellipse, from the angle `start`, whose end does not quite meet its beginning."""
        begin = self.between(0, 2 * np.pi) if start is None else start
        turn = self.rng.choice([-1, 1]) * (2 * np.pi + self.rng.normal(0.05, 0.15))
        t = np.linspace(begin, begin + turn, 60)
        ring = np.stack([np.cos(t), np.sin(t)], 1) * radii * np.exp(self.rng.normal(0, 0.06, 2))
        drift = np.linspace(-0.5, 0.5, 60)[:, None] * self.rng.normal(0, 2 * self.slip, 2)
        self.strokes.append(self._missed([centre]) + ring + drift)

    def arc(self, centre: Point, radii: Point, begin: float, end: float) -> None:
        """A part of an ellipse, from angle to angle in degrees; 90 is below the centre."""
        t = np.radians(np.linspace(begin, end, 40) + self.rng.normal(0, 4, 2).repeat(20))
        t = gaussian_filter1d(t, 3, mode="nearest")
        ring = np.stack([np.cos(t), np.sin(t)], 1) * radii
        self.strokes.append(self._missed([centre]) + ring)

    def dot(self, at: Point) -> None:
        """A point, a short dash or a tiny ring."""
        kind = self.count(0, 2)
        place = self._missed([at])
        if kind == 2:
            self.loop(place[0], (0.02, 0.02))
        else:
            self.strokes.append(place + self.rng.normal(0, 0.012, (1 + kind, 2)))

    def blot(self, centre: Point, radii: Point) -> None:
        """An ellipse filled by going back and forth."""
        t = np.linspace(0, 1, 40)
        side = np.where(np.arange(40) % 2 == 0, -1, 1) * np.sqrt(1 - (2 * t - 1) ** 2)
        self.strokes.append(np.stack([2 * t - 1, side], 1) * radii + np.asarray(centre))

    def on_pad(self, *, mirror: bool = False) -> list[Stroke]:
        """The strokes (N, 2) in pixels: uneven, slanted, turned a little, of any size and place.

        Parameters
        ----------
        mirror : bool
            Whether the drawing may look to the other side as well.
        """
        rng = self.rng
        stretch = np.diag(np.exp(rng.normal(0, 0.1, 2)))
        if mirror and self.maybe():
            stretch[0, 0] *= -1
        angle, slant = rng.normal(0, 0.1), rng.normal(0, 0.08)
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, slant], [0, 1]]) @ stretch
        bend, phase = rng.uniform(0, 0.03, 2), rng.uniform(0, 2 * np.pi, 2)
        drawn = []
        for stroke in self.strokes:
            bent = stroke + bend * np.sin(4 * stroke[:, ::-1] + phase)
            drawn.append(bent @ linear.T)
        everything = np.concatenate(drawn)
        low, extent = everything.min(0), np.ptp(everything, axis=0)
        scale = rng.uniform(*SIZES) / extent.max()
        room = PAD - 2 * MARGIN - scale * extent
        corner = MARGIN + room * np.clip(rng.normal(0.5, 0.25, 2), 0, 1)
        tremble = rng.uniform(0.3, 2.0)
        return [self._drawn((stroke - low) * scale + corner, tremble) for stroke in drawn]

    def _missed(self, points: Sequence[Point]) -> Stroke:
        exact = np.asarray(points, dtype=np.float64)
        return exact + self.rng.normal(0, self.slip, exact.shape)

    def _drawn(self, stroke: Stroke, tremble: float) -> Stroke:
        """Points some pixels apart, with a slow wobble of some pixels."""
        gaps = np.linalg.norm(np.diff(stroke, axis=0), axis=1)
        along = np.concatenate([[0], np.cumsum(gaps)])
        at = np.linspace(0, along[-1], 2 + int(along[-1] / _SPACING))
        even = np.stack([np.interp(at, along, stroke[:, axis]) for axis in (0, 1)], 1)
        noise = gaussian_filter1d(self.rng.normal(0, 4, even.shape), 5, axis=0, mode="nearest")
        wobbly: Stroke = np.clip(even + tremble * noise, 1, PAD - 1)
        return wobbly
