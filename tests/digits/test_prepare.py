"""`prepare` turns a drawing of any place and size into a picture like those of MNIST."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deq.digits import NotADrawing, prepare, render
from deq.digits.corpus import scaled_to_pad
from deq.digits.hand.hands import random_variant
from deq.digits.pen import load_pen

# A 2 and an 8 of one stroke, and a 7 of two: smooth enough to be scaled.
TURN = np.linspace(0, 2 * np.pi, 60)
EIGHT = [np.stack([140 + 45 * np.sin(2 * TURN), 140 - 90 * np.cos(TURN)], 1)]
SEVEN = [
    np.array([[80.0, 60], [190, 60], [120, 220]]),
    np.array([[100.0, 140], [180, 140]]),
]
TWO = [np.array([[90.0, 90], [130, 55], [180, 80], [170, 130], [85, 220], [200, 215]])]
SHAPES = {"eight": EIGHT, "seven": SEVEN, "two": TWO}


def centre(picture: np.ndarray) -> tuple[float, float]:
    """Centre of mass in edge coordinates: 14 is the line between pixels 13 and 14."""
    places = np.arange(28) + 0.5
    total = picture.sum()
    return float(picture.sum(1) @ places / total), float(picture.sum(0) @ places / total)


def longest(picture: np.ndarray) -> int:
    rows, columns = np.nonzero(picture.any(1))[0], np.nonzero(picture.any(0))[0]
    return int(max(np.ptp(rows), np.ptp(columns))) + 1


@given(
    name=st.sampled_from(sorted(SHAPES)),
    dx=st.integers(-50, 50),
    dy=st.integers(-30, 30),
    brush=st.integers(10, 26),
)
def test_whole_pixel_shifts_change_nothing(name: str, dx: int, dy: int, brush: int) -> None:
    strokes = SHAPES[name]
    moved = [stroke + np.array([dx, dy]) for stroke in strokes]
    there, here = render(moved, 320, brush), render(strokes, 320, brush)
    np.testing.assert_array_equal(prepare(there), prepare(here))


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference, after the best shift by at most a pixel."""
    shifts = [(row, column) for row in (-1, 0, 1) for column in (-1, 0, 1)]
    return min(float(np.abs(one - np.roll(other, shift, (0, 1))).mean()) for shift in shifts)


@given(name=st.sampled_from(sorted(SHAPES)), factor=st.floats(0.5, 2.0))
@settings(max_examples=60)
def test_scale_changes_little(name: str, factor: float) -> None:
    """Scale ink and brush together: a shift by at most a pixel, and 0.035 of full ink per pixel.

    Centring is by whole pixels, as in MNIST, so the half pixel of a symmetric digit may be rounded
    up or down.
    """
    strokes = SHAPES[name]
    scaled = [140 + (stroke - 140) * factor + 140 for stroke in strokes]
    original = prepare(render(strokes, 560, 20))
    resized = prepare(render(scaled, 560, 20 * factor))
    assert difference(original, resized) <= 0.035


def test_size_of_the_pad_does_not_matter() -> None:
    for strokes in SHAPES.values():
        near = prepare(render(strokes, 280, 20))
        far = prepare(render([stroke * 3 for stroke in strokes], 840, 60))
        assert difference(near, far) <= 0.01


def test_ranges_of_mnist_hold_on_real_pen_strokes(data) -> None:
    """Ranges measured on MNIST hold for every tenth pen digit."""
    rng = np.random.default_rng(0)
    boxes, centres, inks = [], [], []
    for digit in load_pen(data)[::10]:
        size = 200 / max(1, np.ptp(np.concatenate(digit.strokes), axis=0).max())
        picture = prepare(render([s * size + 20 for s in scaled_to_pad(digit)], 900, 25))
        assert picture.dtype == np.float32
        assert picture.shape == (28, 28)
        assert picture.min() >= 0
        assert picture.max() == 1
        boxes.append(longest(picture))
        centres.append(centre(picture))
        inks.append(picture.mean())
        prepare(render(random_variant(digit.strokes, rng), 280, 20))  # must not raise
    boxes, centres, inks = np.array(boxes), np.array(centres), np.array(inks)
    assert (boxes == 20).mean() >= 0.99
    # 14 to 15, unless a digit is so lopsided that its 20-pixel box meets the border.
    assert ((centres >= 14) & (centres <= 15)).all(1).mean() >= 0.98
    assert ((inks >= 0.05) & (inks <= 0.25)).mean() >= 0.97


def test_lopsided_ink_is_not_cut_off() -> None:
    """A heavy stem with a long thin arm is centred only as far as the border allows."""
    arm = np.array([[60.0, 50], [260, 50]])
    stem = [np.array([[60.0 + x, 60], [60.0 + x, 230]]) for x in range(0, 20, 2)]
    down, across = centre(prepare(render([arm, *stem], 280, 6)))
    assert abs(down - 14.5) <= 0.5
    assert across < 12
    assert longest(prepare(render([arm, *stem], 280, 6))) == 20


def test_transparency_shows_the_black_pad() -> None:
    clear = render(SEVEN)
    clear[..., 3], clear[..., :3] = clear[..., 0], 255
    np.testing.assert_array_equal(prepare(clear), prepare(render(SEVEN)))


def blank(height: int = 280, width: int = 280) -> np.ndarray:
    pad = np.zeros((height, width, 4), np.uint8)
    pad[..., 3] = 255
    return pad


def test_blank_pads_are_refused() -> None:
    transparent = np.zeros((280, 280, 4), np.uint8)
    invisible = np.full((280, 280, 4), 255, np.uint8)
    invisible[..., 3] = 0
    faint = blank()
    faint[100:200, 100:110, :3] = 10
    for pad in (blank(), blank(1, 1), blank(40, 700), transparent, invisible, faint):
        with pytest.raises(NotADrawing, match="empty") as caught:
            prepare(pad)
        assert caught.value.reason == "blank"


def test_a_dot_is_refused_and_a_small_digit_is_not() -> None:
    with pytest.raises(NotADrawing, match="dot") as caught:
        prepare(render([np.array([[140.0, 140.0]])], 280, 20))
    assert caught.value.reason == "dot"
    eight = [140 + (stroke - 140) * 0.25 for stroke in EIGHT]
    assert longest(prepare(render(eight, 280, 6))) == 20


def test_a_full_pad_is_refused() -> None:
    with pytest.raises(NotADrawing, match="covered") as caught:
        prepare(np.full((280, 280, 4), 255, np.uint8))
    assert caught.value.reason == "full"


@pytest.mark.parametrize(
    ("pad", "kind", "words"),
    [
        (np.zeros((28, 28), np.uint8), ValueError, r"\(H, W, 4\)"),
        (np.zeros((28, 28, 3), np.uint8), ValueError, r"\(H, W, 4\)"),
        (np.zeros((0, 28, 4), np.uint8), ValueError, r"\(H, W, 4\)"),
        (np.zeros((28, 28, 4), np.float32), TypeError, "uint8"),
        ([[0]], TypeError, "uint8"),
    ],
)
def test_arrays_that_are_no_rgba_picture_are_refused(
    pad: object, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        prepare(pad)
    assert not isinstance(caught.value, NotADrawing)


def test_the_pad_is_not_changed_and_coloured_ink_counts() -> None:
    pad = render(SEVEN)
    red = pad.copy()
    red[..., 1:3] = 0
    red.setflags(write=False)
    np.testing.assert_array_equal(prepare(red), prepare(pad))


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_any_pad_gives_a_picture_or_a_reason(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pad = blank(height, width)
    pad[rng.random((height, width)) < rng.uniform(0, 0.7), :3] = rng.integers(1, 256)
    try:
        picture = prepare(pad)
    except NotADrawing as error:
        refusal = error
    else:
        assert picture.shape == (28, 28)
        assert picture.max() == 1
        assert longest(picture) <= 20
        return
    assert refusal.reason in {"blank", "dot", "full"}
    assert str(refusal).endswith(".")
