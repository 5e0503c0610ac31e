"""Drawings in the address: decoding inverts encoding, and refuses any other text."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deq.digits import render
from pages.parts.pad import examples, link
from pages.parts.pad.ink import BRUSH, SIZE
from tests.browser.driver import drawings

coordinates = st.floats(-200, 600, allow_nan=False)
one_stroke = st.integers(1, 12).flatmap(lambda n: arrays(np.float64, (n, 2), elements=coordinates))
alphabet = st.sampled_from(link._DIGITS + ".")


def distance(points, line):
    """How far each of the points is from a polyline, by brute force over its segments."""
    starts, ends = (line, line) if len(line) == 1 else (line[:-1], line[1:])
    along = ends - starts
    size = np.maximum((along**2).sum(1), 1e-300)
    share = np.clip(((points[:, None] - starts) * along).sum(2) / size, 0, 1)
    return np.linalg.norm(points[:, None] - starts - share[..., None] * along, axis=2).min(1)


@given(one_stroke, st.floats(0.1, 30))
def test_thinned_strokes_keep_their_ends_and_stay_close(points, tolerance):
    line = link.thin(points, tolerance)
    np.testing.assert_array_equal(line[[0, -1]], points[[0, -1]])
    assert {tuple(p) for p in line} <= {tuple(p) for p in points}
    assert distance(points, line).max() <= tolerance + 1e-9


def test_thinning_leaves_two_points_of_a_line_and_enough_of_a_circle():
    line = np.linspace([0.0, 0.0], [200.0, 100.0], 90)
    assert len(link.thin(line)) == 2
    turn = np.linspace(0, 2 * np.pi, 200)
    circle = 140 + 90 * np.stack([np.cos(turn), np.sin(turn)], 1)  # ends where it began
    assert 15 <= len(link.thin(circle)) <= 40


@given(st.lists(st.tuples(one_stroke, st.integers(1, 63)), min_size=1, max_size=5))
def test_decoding_inverts_encoding(drawn):
    strokes, widths = [s for s, _ in drawn], [float(w) for _, w in drawn]
    text = link.encode(strokes, widths)
    assert text is not None
    assert re.fullmatch(
        r"[A-Za-z0-9_.-]{6,1500}", text
    )  # characters that an address does not escape
    back, again = link.decode(text)
    assert again == widths
    assert len(back) == len(strokes)
    for stroke, line in zip(strokes, back, strict=True):
        assert distance(stroke, line).max() <= link.THIN + 0.2  # and half a step
        assert len(line) >= 2  # the canvas does not show a single point


@given(st.text(alphabet, max_size=60).map(lambda rest: "1" + rest))
def test_a_decoded_text_is_encoded_to_the_same_drawing(text):
    try:
        strokes, widths = link.decode(text)
    except ValueError:
        return
    assert all(np.isfinite(s).all() and s.min() >= -256 and s.max() < 768 for s in strokes)
    again = link.encode(strokes, widths)
    assert again is not None
    for one, two in zip(strokes, link.decode(again)[0], strict=True):
        assert distance(one, two).max() <= link.THIN + 1e-9


@given(st.text(max_size=40))
def test_any_text_gives_strokes_or_a_value_error(text):
    try:
        strokes, widths = link.decode(text)
    except ValueError:
        return
    assert len(strokes) == len(widths) > 0


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "2WQAQAQkQB", "WQAQAQkQB", "1W", "1WQAQ", "1WQAQAQ", "1AQAQA", "1WQAQA."),
        *("1.WQAQA", "1WQAQA..WQAQA", "1WQAQ+", "1WQAQé", "1WQAQA ", "1WQAQA\n", "1W٣٣٣٣"),
        "1W" + "QAQA" * 375,
    ],
)
def test_a_text_that_is_no_drawing_is_refused(text):
    with pytest.raises(ValueError, match=r"drawing|stroke|brush"):
        link.decode(text)


def test_an_empty_or_too_long_drawing_has_no_link():
    assert link.encode([], []) is None
    zigzag = np.array([[x % 280, 40 * (x % 2) + x / 2] for x in range(400)], dtype=float)
    assert link.encode([zigzag], [22]) is None
    assert link.encode([zigzag[:200]], [22]) is not None


@pytest.mark.parametrize("name", [*examples.NAMES, *drawings()])
def test_the_decoded_picture_is_nearly_the_same(name):
    strokes = drawings().get(name) or examples.strokes(name)
    strokes = [np.asarray(stroke, dtype=np.float64) for stroke in strokes]
    text = link.encode(strokes, [BRUSH] * len(strokes))
    assert text is not None
    assert len(text) < 700
    one, two = (
        render(lines, SIZE, BRUSH)[..., 0] / 255.0 for lines in (strokes, link.decode(text)[0])
    )
    assert np.abs(one - two).sum() < 0.06 * one.sum()
