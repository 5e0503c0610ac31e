"""Plain digits as a few strokes each: y points down, in a box of about 100 × 140."""

from collections.abc import Sequence

import numpy as np

from deq.digits.strokes import Strokes


def ellipse(
    x: float, y: float, across: float, down: float, start: float, turn: float
) -> np.ndarray:
    angle = np.linspace(start, start + turn, 60)
    return np.stack([x + across * np.cos(angle), y + down * np.sin(angle)], axis=1)


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array(points, dtype=float)


TURN = 2 * np.pi
DIGITS: dict[int, Strokes] = {
    0: [ellipse(50, 70, 40, 70, -TURN / 4, -TURN)],
    1: [line((20, 40), (50, 0), (50, 140))],
    2: [np.concatenate([ellipse(50, 35, 35, 35, TURN / 2, TURN / 2), line((10, 140), (95, 140))])],
    3: [
        np.concatenate(
            [ellipse(45, 35, 35, 35, -0.4 * TURN, 0.6 * TURN), ellipse(45, 105, 40, 35, -1.3, 4)]
        )
    ],
    4: [line((40, 0), (10, 85), (90, 85)), line((80, 40), (80, 140))],
    5: [
        np.concatenate([line((25, 0), (20, 55)), ellipse(45, 95, 40, 45, -2.2, 4.8)]),
        line((25, 0), (85, 0)),
    ],
    6: [np.concatenate([line((75, 0), (3, 87)), ellipse(50, 100, 50, 40, -2.8, -TURN)])],
    7: [line((0, 0), (90, 0), (40, 140)), line((40, 70), (90, 70))],
    8: [
        np.concatenate(
            [
                ellipse(50, 35, 45, 35, -TURN / 4, -TURN / 2),
                ellipse(50, 105, 50, 35, -TURN / 4, TURN),
                ellipse(50, 35, 45, 35, TURN / 4, -TURN / 2),
            ]
        )
    ],
    9: [np.concatenate([ellipse(50, 40, 50, 40, 0, -TURN), line((100, 40), (80, 140))])],
}


def moved(strokes: Sequence[np.ndarray], dx: float, dy: float) -> Strokes:
    return [stroke + np.array([dx, dy]) for stroke in strokes]


def in_a_row(digits: str, height: float = 90, gap: float = 30) -> Strokes:
    """Digits side by side in the middle of the pad of 280; ``gap`` in pixels between the frames."""
    strokes: Strokes = []
    right = 0.0
    for digit in digits:
        drawn = [stroke * (height / 140) for stroke in DIGITS[int(digit)]]
        left = min(stroke[:, 0].min() for stroke in drawn)
        strokes += moved(drawn, right - left, 140 - height / 2)
        right = max(stroke[:, 0].max() for stroke in strokes) + gap
    return moved(strokes, 140 - (right - gap) / 2, 0)
