"""Every family draws on the pad, the same for the same seed, and a picture comes of it."""

import numpy as np
import pytest

from deq.digits import NotADrawing, prepare, render
from deq.digits.others import SHARES, near, taught
from deq.digits.others.curves import box
from deq.digits.others.held_out import HELD_OUT
from deq.digits.others.letters import marked
from deq.digits.pen import PenDigit
from deq.digits.strokes import PAD


def written(label: int, *strokes: list[tuple[int, int]]) -> PenDigit:
    return PenDigit(label, 1, tuple(np.array(stroke, np.float32) for stroke in strokes))


# One of each digit, by hand, in the tablet's box; some begin with a bow, as `unfinished` needs.
DIGITS = (
    written(0, [(250, 50), (120, 150), (120, 350), (250, 450), (380, 350), (380, 150), (250, 50)]),
    written(1, [(250, 50), (250, 450)]),
    written(2, [(120, 200), (150, 80), (300, 60), (350, 180), (120, 440), (380, 440)]),
    written(3, [(130, 80), (330, 70), (250, 220), (350, 330), (250, 440), (120, 400)]),
    written(4, [(200, 60), (120, 280), (380, 280)], [(300, 150), (300, 450)]),
    written(5, [(330, 60), (160, 60), (150, 220), (330, 250), (330, 400), (140, 440)]),
    written(6, [(300, 50), (150, 250), (180, 430), (330, 400), (300, 270), (160, 300)]),
    written(7, [(120, 60), (380, 60), (220, 450)]),
    written(
        8,
        [
            *((330, 130), (250, 60), (170, 90), (160, 170), (330, 330), (250, 440), (150, 350)),
            *((330, 200), (330, 130)),
        ],
    ),
    written(9, [(330, 120), (230, 60), (150, 160), (230, 240), (330, 120), (300, 450)]),
)
KINDS = taught(DIGITS)
FAMILIES = list(dict.fromkeys(family for kind in KINDS.values() for family in kind))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f"{f.__module__[11:]}-{f.__name__}")
def test_a_family_draws_finite_strokes_near_the_pad_that_can_be_prepared(family) -> None:
    prepared = 0
    for seed in range(40):
        strokes = family(np.random.default_rng(seed))
        points = np.concatenate(strokes)
        assert all(stroke.ndim == 2 and stroke.shape[1] == 2 for stroke in strokes)
        assert np.isfinite(points).all()
        inside = ((points > -20) & (points < PAD + 20)).all(1)
        # Random walks may leave the pad; what a hand draws stays on it.
        assert inside.mean() > (0.5 if family.__module__.endswith("scribbles") else 0.98)
        try:
            prepared += prepare(render(strokes, 280, 10)).max() == 1
        except NotADrawing:
            continue
    assert prepared >= 36


@pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f"{f.__module__[11:]}-{f.__name__}")
def test_the_seed_decides_the_drawing(family) -> None:
    first, again, other = (family(np.random.default_rng(seed)) for seed in (3, 3, 4))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(np.concatenate(first), np.concatenate(other))


def test_without_digits_their_kinds_are_left_out() -> None:
    assert set(KINDS) - set(taught(())) == {"several digits", "spoiled"}


def test_the_scribbles_kept_for_tests_are_not_taught() -> None:
    from deq.digits.others.scribbles import UNSEEN

    assert not set(UNSEEN) & set(FAMILIES)


def test_no_family_bears_the_name_of_a_kind_kept_for_tests() -> None:
    assert not {family.__name__.replace("_", " ") for family in FAMILIES} & set(HELD_OUT)


def test_the_kinds_with_a_share_of_their_own_are_taught() -> None:
    assert set(SHARES) <= set(KINDS)


@pytest.mark.parametrize("family", near.FAMILIES, ids=lambda f: f.__name__)
def test_drawings_near_a_digit_vary(family) -> None:
    """Also where size, place and brush are taken away, as `prepare` does."""
    drawings = [family(np.random.default_rng(seed)) for seed in range(12)]
    pictures = np.stack([prepare(render(strokes, 280, 9)) for strokes in drawings])
    apart = np.abs(pictures[:, None] - pictures[None]).mean((2, 3))[np.triu_indices(12, 1)]
    assert apart.min() > 0.3 * pictures.mean()
    assert apart.mean() > 0.65 * pictures.mean()


def test_a_letter_and_its_mark_are_apart() -> None:
    below = 0
    for seed in range(60):
        *letter, mark = marked(np.random.default_rng(seed))
        others = [stroke for stroke in letter if np.ptp(stroke[:, 1]) > 2 * np.ptp(mark[:, 1])]
        (_, top), (_, foot) = box(others)
        (_, high), (_, low) = box([mark])
        assert high > foot or low < top
        below += high > foot
    assert 30 < below < 55
