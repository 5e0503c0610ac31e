"""Habits of handwriting: what one hand does with a digit and another does not.

Each habit changes strokes as `deq.digits.strokes.unit` makes them, and leaves a digit that readers
call the same. Strokes that a habit does not fit are returned as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter1d

from deq.digits.strokes import (
    STEP,
    Stroke,
    Strokes,
    arc,
    direction,
    heading,
    joined,
    lengths,
    part,
    resampled,
)

Change = Callable[[Strokes, np.random.Generator], Strokes]


def unsteady(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Move all points by a smooth random field."""
    waves = rng.normal(0, 4, (2, 4))  # wavelengths of the order of the digit's height
    phases, shifts = rng.uniform(0, 2 * np.pi, 4), rng.normal(0, 0.02, (4, 2))
    return [stroke + np.sin(stroke @ waves + phases) @ shifts for stroke in strokes]


def fast(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Round the corners, as of a pen in a hurry."""
    sigma = rng.uniform(0.02, 0.05) / STEP
    return [gaussian_filter1d(stroke, sigma, axis=0, mode="nearest") for stroke in strokes]


def angular(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Straight pieces between few points, as of a mouse or a slow tablet."""
    coarse = rng.uniform(0.08, 0.15)
    return [resampled(resampled(stroke, coarse), STEP) for stroke in strokes]


def unfinished(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Leave out the first or the last 5 to 12 % of one stroke."""
    which, less = int(rng.integers(len(strokes))), rng.uniform(0.05, 0.12)
    start = less if rng.random() < 0.5 else 0.0
    return _replaced(strokes, which, part(strokes[which], start, start + 1 - less))


def curl(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A curl where the pen comes down first or goes up last."""
    turn = rng.uniform(1.2, 3.2) * rng.choice([-1, 1])
    radius, shrink = rng.uniform(0.04, 0.08), rng.uniform(0.5, 1)
    if rng.random() < 0.5:
        return _replaced(strokes, 0, _curled(strokes[0][::-1], turn, radius, shrink)[::-1])
    return _replaced(strokes, -1, _curled(strokes[-1], turn, radius, shrink))


def loop(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A loop where a stroke turns most sharply: the pen turns the long way round."""
    which = int(np.argmax([len(stroke) for stroke in strokes]))
    stroke, reach = strokes[which], 4  # points before and after a corner that tell its angle
    if len(stroke) < 5 * reach:
        return strokes
    before = stroke[reach:-reach] - stroke[: -2 * reach]
    after = stroke[2 * reach :] - stroke[reach:-reach]
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turns = np.arctan2(cross, (before * after).sum(1))  # (N - 2 reach,)
    middle = len(stroke) // 4  # hooks at the ends stay as they are
    turns[: middle - reach] = turns[reach - middle :] = 0
    corner = int(np.argmax(np.abs(turns)))
    turn = float(turns[corner])
    if abs(turn) < 1.2:
        return strokes
    corner += reach
    # A circle that touches the lines before and after the corner at this distance behind it.
    behind = rng.uniform(0.08, 0.2)
    radius = float(np.clip(behind / np.tan(abs(turn) / 2), 0.05, 0.1))
    angle = heading(stroke[: corner + 1])
    begin = stroke[corner] + behind * direction(angle)
    circle = arc(begin, angle, turn - 2 * np.pi * float(np.sign(turn)), radius)
    way = [stroke[: corner + 1], begin[None], circle, stroke[corner + 1 :]]
    return _replaced(strokes, which, np.concatenate(way))


def open_loop(strokes: Strokes, rng: np.random.Generator, backwards: bool = False) -> Strokes:
    """End before the pen meets its own line: the loop stays open. `backwards`: begin after it."""
    gap, which = rng.uniform(0.07, 0.14), 0 if backwards else -1
    stroke = strokes[which][::-1] if backwards else strokes[which]
    recent = round(0.35 / STEP)  # the points just before are always near
    for end in range(len(stroke) - 1, max(recent, int(0.84 * len(stroke))), -1):
        if np.hypot(*(stroke[: end - recent] - stroke[end]).T).min() > gap:
            opened = stroke[: end + 1]
            return _replaced(strokes, which, opened[::-1] if backwards else opened)
    return strokes


def lead_in(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Begin earlier, on a straight line, which in a nine may cross the stem."""
    back = direction(heading(strokes[0][::-1])) * rng.uniform(0.08, 0.25)
    begun = _line(strokes[0][0] + back, strokes[0][0])[:-1]
    return _replaced(strokes, 0, np.concatenate([begun, strokes[0]]))


def shallow(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A three whose two bows hardly part: the notch between them is filled by 40 to 85 %."""
    which = int(np.argmax([len(stroke) for stroke in strokes]))
    stroke = strokes[which]
    along = lengths(stroke)
    inner = (along > 0.3 * along[-1]) & (along < 0.7 * along[-1])
    if inner.sum() < 5:
        return strokes
    notch = int(np.argmin(np.where(inner, stroke[:, 0], np.inf)))
    depth = min(stroke[:notch, 0].max(), stroke[notch:, 0].max()) - stroke[notch, 0]
    if depth < 0.1:
        return strokes
    near = np.exp(-(((along - along[notch]) / (0.12 * along[-1])) ** 2))  # (N,)
    filled = stroke + rng.uniform(0.4, 0.85) * depth * near[:, None] * [1, 0]
    return _replaced(strokes, which, filled)


def narrow(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Squeeze the digit until it is 0.35 to 0.6 as wide as high."""
    width, height = np.ptp(np.concatenate(strokes), axis=0)
    squeeze = min(1.0, rng.uniform(0.35, 0.6) * height / max(width, 1e-9))
    return [stroke * [squeeze, 1] for stroke in strokes]


def join(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Do not lift the pen between two strokes with ends near one another."""
    if len(strokes) != 2 or min(map(len, strokes)) < 3:
        return strokes
    ways = [(a, b) for a in _both_ways(strokes[0]) for b in _both_ways(strokes[1])]
    before, after = min(ways, key=lambda way: np.hypot(*(way[1][0] - way[0][-1])))
    if np.hypot(*(after[0] - before[-1])) > 0.15:
        return strokes
    return [joined(before, after, rng.uniform(0.1, 0.5))]


def join_four(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A four whose stem begins, without lifting the pen, where its bar ends."""
    if len(strokes) != 2 or min(map(len, strokes)) < 3:
        return strokes
    corner, stem = strokes
    across, up = np.abs(stem[0] - corner[-1])
    if across > 0.14 or up > 0.6:
        return strokes
    return [joined(corner, stem, rng.uniform(0.05, 0.3))]


def plain_one(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A one that is only its stem."""
    stem = _stem_of_one(strokes)
    return strokes if stem is None else [stem]


def flag(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A one with a flag that hangs from its top."""
    stem = _stem_of_one(strokes)
    if stem is None:
        return strokes
    down = direction(np.pi - rng.uniform(0.5, 1.1))
    return [np.concatenate([_line(stem[0] + rng.uniform(0.15, 0.4) * down, stem[0]), stem])]


def foot(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A one with a line under its stem, drawn apart or without lifting the pen."""
    stem = _stem_of_one(strokes)
    if stem is None or np.ptp(strokes[0][:, 0]) > 0.6:  # a very long flag: like a seven
        return strokes
    half, tilt = rng.uniform(0.12, 0.4, 2), rng.normal(0, 0.03)
    left, right = stem[-1] - [half[0], tilt], stem[-1] + np.array([half[1], tilt])
    if rng.random() < 0.3:
        return [np.concatenate([strokes[0], _line(strokes[0][-1], left), _line(left, right)])]
    return [strokes[0], _line(left, right)]


def bar(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """A seven without a bar, with one, with a loop as bar, or crossed without lifting the pen."""
    seven = max(strokes, key=len)
    corner = int(np.argmax(seven[:, 0] - seven[:, 1]))
    stem = seven[corner:]
    if len(stem) < 12 or stem[-1, 1] - stem[0, 1] < 0.5:
        return strokes
    middle = stem[int(rng.uniform(0.3, 0.7) * len(stem))]
    half = np.array([rng.uniform(0.12, 0.28), rng.normal(0, 0.04)])
    kind = rng.choice(["none", "line", "loop", "crossed"], p=[0.2, 0.2, 0.3, 0.3])
    if kind == "none":
        return [seven]
    if kind == "line":
        return [seven, _line(middle - half, middle + half)]
    if kind == "loop":
        turn = np.linspace(0, rng.uniform(1.6, 2.0) * np.pi, 24)[:, None]  # (24, 1)
        thick = rng.choice([-1, 1]) * rng.uniform(0.03, 0.07)
        return [seven, middle - np.cos(turn) * half + np.sin(turn) * [0, thick]]
    left = middle - [rng.uniform(0.05, 0.14), rng.uniform(-0.03, 0.05)]
    back = _line(seven[-1], left) - [rng.uniform(0, 0.03), 0]  # up again, close to the stem
    return [np.concatenate([seven, joined(back, _line(middle, middle + 0.7 * half), 0.5)])]


class Habit(NamedTuple):
    """A change, how often it is made, and of which digits."""

    change: Change
    share: float
    digits: str


ALL = "0123456789"
HABITS: dict[str, Habit] = {
    "plain one": Habit(plain_one, 0.12, "1"),
    "flag": Habit(flag, 0.2, "1"),
    "foot": Habit(foot, 0.45, "1"),
    "bar": Habit(bar, 0.5, "7"),
    "join": Habit(join, 0.3, "0589"),
    "join of a four": Habit(join_four, 0.3, "4"),
    "open loop": Habit(open_loop, 0.25, "068"),
    "open loop of a nine": Habit(partial(open_loop, backwards=True), 0.25, "9"),
    "lead-in": Habit(lead_in, 0.2, "89"),
    "shallow": Habit(shallow, 0.2, "3"),
    "narrow": Habit(narrow, 0.25, "34689"),
    "loop": Habit(loop, 0.2, "2347"),
    "curl": Habit(curl, 0.12, "023456789"),
    "unfinished": Habit(unfinished, 0.2, "123457"),
    "unsteady": Habit(unsteady, 0.5, ALL),
    "fast": Habit(fast, 0.2, ALL),
    "angular": Habit(angular, 0.1, ALL),
}
"""In the order in which they are applied."""


def _replaced(strokes: Strokes, which: int, stroke: Stroke) -> Strokes:
    changed = list(strokes)
    changed[which] = stroke
    return changed


def _line(start: Stroke, end: Stroke) -> Stroke:
    return resampled(np.stack([start, end]), STEP)


def _curled(stroke: Stroke, turn: float, radius: float, shrink: float) -> Stroke:
    return np.concatenate([stroke, arc(stroke[-1], heading(stroke), turn, radius, shrink)])


def _stem_of_one(strokes: Strokes) -> Stroke | None:
    """From the highest to the lowest point of a one of one stroke, if that is a line."""
    top, bottom = (int(np.argmin(sign * strokes[0][:, 1])) for sign in (1, -1))
    stem = strokes[0][top : bottom + 1]
    if len(strokes) > 1 or len(stem) < 8:
        return None
    straight = np.hypot(*(stem[-1] - stem[0])) / lengths(stem)[-1]
    return stem if straight > 0.97 else None


def _both_ways(stroke: Stroke) -> tuple[Stroke, Stroke]:
    return stroke, stroke[::-1]
