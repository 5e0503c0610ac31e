"""The kinds of drawings that are kept for tests: on the pad, accepted, the same by seed, varied."""

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from deq.digits.others import held_out
from deq.digits.others.held_out import HELD_OUT
from deq.digits.others.held_out.sketch import MARGIN, SIZES, Sketch
from deq.digits.prepare import prepare
from deq.digits.raster import render
from deq.digits.strokes import PAD

ROOT = Path(__file__).resolve().parents[3]
DRAWINGS = 12

kinds = pytest.mark.parametrize("family", HELD_OUT.values(), ids=HELD_OUT)


def drawn(family: held_out.Family, seed: int) -> list[held_out.Stroke]:
    return family(np.random.default_rng(seed))


def test_there_are_at_least_26_kinds() -> None:
    assert len(HELD_OUT) >= 26
    assert len(set(HELD_OUT.values())) == len(HELD_OUT)


@kinds
def test_strokes_are_finite_and_on_the_pad(family: held_out.Family) -> None:
    for seed in range(60):
        strokes = drawn(family, seed)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 for stroke in strokes)
        points = np.concatenate(strokes)
        assert np.isfinite(points).all()
        assert points.min() > 0
        assert points.max() < PAD
        side = np.ptp(points, axis=0).max()
        assert SIZES[0] - 2 * MARGIN <= side <= SIZES[1] + 2 * MARGIN


@kinds
def test_a_seed_gives_the_same_drawing(family: held_out.Family) -> None:
    for first, again in zip(drawn(family, 3), drawn(family, 3), strict=True):
        np.testing.assert_array_equal(first, again)


@kinds
def test_drawings_are_accepted_and_all_different(family: held_out.Family) -> None:
    """Also where size, place and brush are taken away, as `prepare` does."""
    pictures = np.stack(
        [prepare(render(drawn(family, seed), PAD, 9)) for seed in range(DRAWINGS)]
    )  # (DRAWINGS, 28, 28)
    apart = np.abs(pictures[:, None] - pictures[None]).mean((2, 3))  # (DRAWINGS, DRAWINGS)
    pairs = apart[np.triu_indices(DRAWINGS, 1)]
    assert pairs.min() > 0.02
    assert pairs.mean() > 0.05
    sizes = [np.ptp(np.concatenate(drawn(family, s)), axis=0).max() for s in range(DRAWINGS)]
    assert max(sizes) - min(sizes) > 60


def test_training_and_thresholds_never_use_them() -> None:
    """Only the evaluation may import them."""
    users = set()
    for path in sorted(ROOT.glob("deq/**/*.py")):
        if "held_out" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            if any("held_out" in name for name in names):
                users.add(path.relative_to(ROOT).as_posix())
    assert users == {"deq/models/evaluation/others.py"}


@pytest.mark.parametrize(
    "draw",
    [
        lambda s: s.loop((0.5, 0.5), (0.4, 0.3)),
        lambda s: s.polygon((0, 0), (1, 0), (1, 1), (0, 1)),
    ],
    ids=["loop", "polygon"],
)
def test_closed_shapes_nearly_close(draw: Callable[[Sketch], None]) -> None:
    """A gap or an overshoot is left, but a small one."""
    gaps = []
    for seed in range(40):
        sketch = Sketch(np.random.default_rng(seed))
        draw(sketch)
        gaps.append(float(np.linalg.norm(sketch.strokes[0][0] - sketch.strokes[-1][-1])))
    assert min(gaps) > 0
    assert max(gaps) < 0.25
