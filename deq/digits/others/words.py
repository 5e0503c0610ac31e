"""Several letters in a row, and formulas."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, box, by_hand, drawn, line
from deq.digits.others.fonts import SHOWN, font_strokes, glyphs
from deq.digits.strokes import Strokes

# Places in the fonts of `_HANDS`; ^ raises and _ lowers the next one. None of R, K, W, ?, &, %, @.
FORMULAS = (
    *("x^2", "a+b=c", "f(x)", "y=mx", "2x", "x=0", "E=mc^2", "a<b", "1+1=2", "x_1", "n!", "2+3"),
    *("dx", "a/b", "y=x^2", "sin", "x-y", "ab", "5=x", "e^x", "2n+1", "x>0", "xy", "n-1", "p=1"),
    *("2a", "3x", "4y", "cos", "u(t)", "f'", "7+x", "10x", "A=B", "x+y", "-b", "=2", "+3", "x^n"),
)
_HANDS = ("rowmans", "futural", "timesi", "scripts")


def _row(letters: list[Strokes], gaps: list[float]) -> Strokes:
    """Letters side by side, each so far behind the last as `gaps` says."""
    row: Strokes = []
    right = 0.0
    for letter, gap in zip(letters, gaps, strict=True):
        low, high = box(letter)
        shift = np.array([right + gap - low[0], 0])
        row += [stroke + shift for stroke in letter]
        right += gap + high[0] - low[0]
    return row


def word(rng: np.random.Generator) -> Strokes:
    """Two to five letters of one alphabet."""
    alphabet = rng.choice(["latin", "latin", "script", "greek", "cyrillic", "japanese"])
    font = rng.choice(list(SHOWN[alphabet]))
    letters = [g for name, g in glyphs(alphabet, font).items() if name.isalpha()]
    count = int(rng.integers(2, 6))
    chosen = [letters[int(rng.integers(len(letters)))] for _ in range(count)]
    gap = rng.uniform(-1, 7)  # units of the font: a capital is 21 high
    row = _row(chosen, list(rng.normal(gap, 1.0, count)))
    slope = rng.normal(0, 0.06)
    return drawn([s + s[:, :1] * [0, slope] for s in row], rng, (150, 250))


def _set(text: str, rng: np.random.Generator) -> Strokes:
    """A formula's glyphs on their line."""
    font = font_strokes(str(rng.choice(_HANDS)))
    letters, raised = [], ""
    for place in text:
        if place in "^_":
            raised = place
            continue
        size = 0.6 if raised else rng.uniform(0.85, 1.1)
        lift = {"^": -11.0, "_": 8.0, "": 0.0}[raised] + rng.normal(0, 0.8)
        letters.append([stroke * size + [0, lift] for stroke in font[place]])
        raised = ""
    return _row(letters, list(rng.uniform(1, 6, len(letters))))


@by_hand
def formula(rng: np.random.Generator) -> Strokes:
    """A short formula."""
    return _set(FORMULAS[int(rng.integers(len(FORMULAS)))], rng)


@by_hand
def fraction(rng: np.random.Generator) -> Strokes:
    """One expression over another, with a bar between."""
    above, below = ("x", "a", "1", "dy", "x+1", "n", "p"), ("y", "2", "dx", "x-1", "n", "3")
    rows = [_set(str(rng.choice(row)), rng) for row in (above, below)]
    half = max(float(np.ptp(np.concatenate(row)[:, 0])) for row in rows) / 2 + 4
    placed = []
    for row, centre in zip(rows, (-15.0, 15.0), strict=True):
        low, high = box(row)
        placed += [stroke - (low + high) / 2 + np.array([0, centre]) for stroke in row]
    return [*placed, line((-half, 0), (half, 0))]


@by_hand
def root(rng: np.random.Generator) -> Strokes:
    """A root with something under it."""
    inside = _set(str(rng.choice(["x", "2", "a+b", "xy", "n", "3", "x^2", "y"])), rng)
    low, high = box(inside)
    top, floor = low[1] - 5, high[1] + 1
    sign = line((low[0] - 14, floor - 9), (low[0] - 10, floor - 11), (low[0] - 7, floor))
    roof = line((low[0] - 7, floor), (low[0] - 2, top), (high[0] + 5, top))
    return [*inside, np.concatenate([sign, roof])]


@by_hand
def integral(rng: np.random.Generator) -> Strokes:
    """An integral or a sum with what it is of."""
    sign = font_strokes("mathupp")[str(rng.choice(["p", ";", ":"]))]
    rest = _set(str(rng.choice(["fdx", "f", "xdx", "a_n", "x", "gdt", "ydy"])), rng)
    return _row([[1.3 * stroke for stroke in sign], rest], [0, rng.uniform(2, 6)])


FAMILIES: tuple[Family, ...] = (word, word, formula, fraction, root, integral)
