"""Kinds of ink: strokes drawn otherwise than by the pad's round, even brush.

A network that has seen one brush only takes strangeness of ink for strangeness of shape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from deq.digits.raster import render
from deq.digits.strokes import Stroke, direction, heading, lengths, resampled

Grey = npt.NDArray[np.float64]  # (size, size), 0 (paper) to 1 (ink)
Outline = tuple[int, npt.NDArray[np.float64]]  # strength of the ink, 0 to 255; corners (N, 2)

AS_THE_PAD = 0.35  # share of the drawings that the pad's brush paints
_SCALE = 2  # Pillow fills polygons without anti-aliasing: paint larger and average down
_ROUND = np.linspace(0, 2 * np.pi, 20, endpoint=False)
_DISC = np.stack([np.cos(_ROUND), np.sin(_ROUND)], axis=1)  # (20, 2)


def render_with_ink(
    strokes: Sequence[npt.NDArray[np.floating]],
    size: int,
    brush: float,
    rng: np.random.Generator,
) -> npt.NDArray[np.uint8]:
    """As `deq.digits.raster.render`, with an ink that `rng` chooses.

    The width varies along a stroke by up to ±35 %, the ends are round, square or cut, the ink is
    thin in places or fades at the ends, and the picture may be blurred, coarse, sprayed or grainy.

    Returns
    -------
    ndarray (size, size, 4) uint8
        White ink on an opaque black pad.
    """
    if rng.random() < AS_THE_PAD:
        return render(strokes, size, brush)
    effect = EFFECTS[int(rng.integers(len(EFFECTS)))]
    ink = effect(ribbons(strokes, size, brush, rng), brush, rng)
    grey = np.round(255 * ink.clip(0, 1)).astype(np.uint8)
    return np.stack([grey, grey, grey, np.full_like(grey, 255)], axis=-1)


def ribbons(
    strokes: Sequence[npt.NDArray[np.floating]],
    size: int,
    brush: float,
    rng: np.random.Generator,
) -> Grey:
    """Bands along the strokes, of varying width and strength, with one kind of ends."""
    ends = str(rng.choice(["round", "square", "cut"]))
    pressure, thin = rng.uniform(0, 0.35), rng.uniform(0, 0.3)
    fade = rng.uniform(0, 0.5) if rng.random() < 0.5 else 0.0
    outlines: list[Outline] = []
    for stroke in strokes:
        path = resampled(stroke, max(4.0, brush / 3))  # (N, 2)
        if ends == "square":
            path = _longer(path, brush / 2)
        along = lengths(path)  # (N,)
        waves = 2 * np.pi * along / rng.uniform(100, 400) + rng.uniform(0, 2 * np.pi)
        width = brush * (1 + pressure * np.sin(waves)) / (1 + pressure)  # at most the brush
        from_end = np.minimum(along, along[-1] - along) / brush
        strength = (1 - thin * np.cos(waves / 2) ** 2) * (1 - fade * (1 - from_end).clip(0))
        outlines += _outlines(path * _SCALE, width * _SCALE / 2, 255 * strength, ends == "round")
    canvas = Image.new("L", (size * _SCALE, size * _SCALE), 0)
    pen = ImageDraw.Draw(canvas)
    for strength, corners in sorted(outlines, key=lambda outline: outline[0]):  # the strongest last
        pen.polygon(corners.ravel().tolist(), fill=strength)
    return np.asarray(canvas.reduce(_SCALE), dtype=np.float64) / 255


def _outlines(path: Stroke, half: Stroke, strength: Stroke, round_ends: bool) -> list[Outline]:
    """Quadrilaterals from point to point (N, 2) of a path, and discs that fill its joints."""
    inner = slice(None) if round_ends or len(path) < 2 else slice(1, -1)
    discs = path[inner, None] + half[inner, None, None] * _DISC  # (≤N, 20, 2)
    step = np.diff(path, axis=0)
    normal = np.stack([-step[:, 1], step[:, 0]], 1) / np.hypot(*step.T).clip(1e-9)[:, None]
    a, b = normal * half[:-1, None], normal * half[1:, None]
    quads = np.stack([path[:-1] + a, path[1:] + b, path[1:] - b, path[:-1] - a], axis=1)
    levels = np.round(strength).astype(int).tolist()
    return [*zip(levels[inner], discs, strict=True), *zip(levels[1:], quads, strict=True)]


def _longer(path: Stroke, by: float) -> Stroke:
    """The path with both of its ends moved outwards."""
    if len(path) < 2:
        return path
    first = path[0] + by * direction(heading(path[::-1], 1))
    return np.concatenate([first[None], path, path[-1:] + by * direction(heading(path, 1))])


def _even(ink: Grey, brush: float, rng: np.random.Generator) -> Grey:
    return ink


def _blurred(ink: Grey, brush: float, rng: np.random.Generator) -> Grey:
    return _blur(ink, rng.uniform(1, max(1.5, brush / 8)))


def _coarse(ink: Grey, brush: float, rng: np.random.Generator) -> Grey:
    """Larger pixels, half of the time without anti-aliasing."""
    step = int(rng.integers(2, max(3, round(brush / 4) + 1)))  # no thin line falls between pixels
    start = int(rng.integers(step))
    rough = ink[start::step, start::step]
    if rng.random() < 0.5:
        rough = np.where(rough > 0.3, 1.0, 0.0)
    large = np.repeat(np.repeat(rough, step, axis=0), step, axis=1)
    return np.pad(large, ((0, step), (0, step)))[: len(ink), : len(ink)]


def _sprayed(ink: Grey, brush: float, rng: np.random.Generator) -> Grey:
    """Drops, fewer towards the edge."""
    return np.where(_blur(ink, brush / 8) > 0.15 + 0.75 * _noise(ink, 3, rng), 1.0, 0.0)


def _grainy(ink: Grey, brush: float, rng: np.random.Generator) -> Grey:
    """Paper that takes the ink unevenly."""
    return ink * (1 - rng.uniform(0.2, 0.6) * _noise(ink, int(rng.integers(2, 6)), rng))


EFFECTS: tuple[Callable[[Grey, float, np.random.Generator], Grey], ...] = (
    *(_even, _even, _blurred, _coarse, _sprayed, _grainy),
)


def _blur(ink: Grey, sigma: float) -> Grey:
    picture = Image.fromarray(np.round(255 * ink).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(sigma)), dtype=np.float64) / 255


def _noise(ink: Grey, cell: int, rng: np.random.Generator) -> Grey:
    """Random values from 0 to 1, the same in each cell of `cell` × `cell` pixels."""
    count = -(-len(ink) // cell)
    cells = np.repeat(np.repeat(rng.random((count, count)), cell, axis=0), cell, axis=1)
    return cells[: len(ink), : len(ink)]
