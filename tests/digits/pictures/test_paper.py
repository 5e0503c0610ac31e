"""The steps from a photograph to strokes: the light on the paper, ruled lines, one digit."""

import numpy as np
import pytest

from deq.digits.pictures.paper import ink_of_photo
from deq.digits.pictures.ruled import without_rules
from deq.digits.pictures.subject import Box, frame, strokes_of_one

HEIGHT, WIDTH = 300, 400
DOWN, ACROSS = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
STROKE = (np.abs(DOWN - 150) < 25) & (np.abs(ACROSS - 210) < 3)


def grey(values: np.ndarray) -> np.ndarray:
    return np.repeat(values[..., None], 3, axis=2)


@pytest.mark.parametrize(
    "light",
    [
        np.full((HEIGHT, WIDTH), 240),
        np.where(ACROSS + 0.4 * DOWN < 260, 240, 140),  # the edge of a shadow
        240 - 120 * (np.hypot(DOWN, ACROSS) / 500) ** 2,  # a dark corner
    ],
    ids=["even", "shadow", "corner"],
)
def test_light_is_not_ink_and_a_stroke_is(light: np.ndarray) -> None:
    ink = ink_of_photo(grey(np.where(STROKE, 0.2 * light, light)))
    assert (ink[STROKE] > 90).mean() > 0.9
    away = ~((np.abs(DOWN - 150) < 30) & (np.abs(ACROSS - 210) < 8))
    assert ink[away].max() < 24


def test_a_desk_around_the_sheet_is_not_ink() -> None:
    inside = (np.abs(DOWN - 150 - 0.1 * ACROSS + 20) < 90) & (np.abs(ACROSS - 200) < 150)
    desk = 45 + 20 * np.sin(DOWN)  # with grain
    ink = ink_of_photo(grey(np.where(STROKE, 40, np.where(inside, 235, desk))))
    assert (ink[STROKE] > 90).mean() > 0.9
    assert ink[~inside].max() < 24


def test_chalk_is_ink_and_so_is_a_ring_but_not_its_inside() -> None:
    away = np.hypot(DOWN - 150, ACROSS - 200)
    ring, inside = np.abs(away - 20) < 2, away < 14
    for ink, paper in ((40, 230), (230, 40)):
        found = ink_of_photo(grey(np.where(ring, ink, paper).astype(np.float32)))
        assert found[ring].mean() > 100
        assert found[inside].max() < 24


@pytest.mark.parametrize("shade", [1, 0.6])
def test_on_a_dark_desk_ink_is_dark_all_the_same(shade: float) -> None:
    """The light between ruled lines, or the corners of a half shaded sheet, are no chalk."""
    inside = (np.abs(DOWN - 150 - 0.1 * ACROSS + 20) < 90) & (np.abs(ACROSS - 200) < 150)
    lines = (shade == 1) & (np.abs((DOWN - 0.1 * ACROSS) % 20 - 10) < 1.1)
    sheet = np.where(STROKE, 40, np.where(lines, 170, 235)) * np.where(ACROSS < 190, shade, 1)
    ink = ink_of_photo(grey(np.where(inside, sheet, 45)))
    assert (ink[STROKE] > 90).mean() > 0.9
    assert (ink >= 24).sum() <= STROKE.sum() * 1.5 + lines.sum() * 2


def test_noise_is_not_ink() -> None:
    noisy = 220 + np.random.default_rng(0).normal(0, 6, (HEIGHT, WIDTH, 3))
    assert (ink_of_photo(noisy) >= 24).mean() < 1e-4


@pytest.mark.parametrize("tilt", [-0.05, 0, 0.02])
@pytest.mark.parametrize("turned", [False, True])
def test_ruled_lines_vanish_and_what_crosses_them_stays(tilt: float, turned: bool) -> None:
    place = DOWN - tilt * ACROSS
    lines = np.where(np.abs((place % 20) - 10) < 1.1, 70, 0).astype(np.float32)
    ink = np.where(STROKE, 200, lines).astype(np.float32)
    clean = without_rules(ink.T).T if turned else without_rules(ink)
    assert (clean[STROKE] > 150).mean() > 0.95
    assert (clean[~STROKE] > 24).mean() < 0.002
    assert (lines > 24).mean() > 0.05


def test_a_margin_on_lined_paper_vanishes_too() -> None:
    lines = np.abs((DOWN - 0.02 * ACROSS) % 20 - 10) < 1.1
    margin = np.abs(ACROSS + 0.02 * DOWN - 60) < 1.1
    ink = np.where(STROKE, 200, np.where(lines | margin, 70, 0)).astype(np.float32)
    clean = without_rules(ink)
    assert (clean[STROKE] > 150).mean() > 0.95
    assert (clean[~STROKE] > 24).mean() < 0.002


def test_one_long_line_is_a_stroke() -> None:
    ink = np.where(np.abs(DOWN - 150) < 3, 200, 0).astype(np.float32)
    assert without_rules(ink) is ink


def test_strokes_that_are_near_make_one_digit() -> None:
    stem, flag = Box(100, 180, 100, 150), Box(90, 100, 150, 190)
    assert stem.gap(flag) == 0
    assert strokes_of_one({1: stem, 2: flag}, {1: 9.0, 2: 3.0}) == {1, 2}
    assert frame([stem, flag]) == Box(90, 180, 100, 190)


def test_dust_is_left_out() -> None:
    stem, dust = Box(100, 180, 100, 150), Box(400, 412, 20, 30)
    assert stem.gap(dust) == 220
    assert strokes_of_one({1: stem, 2: dust}, {1: 9.0, 2: 1.0}) == {1}


@pytest.mark.parametrize(
    "others",
    [
        [Box(105, 182, 160, 210)],  # the second digit of a number
        [Box(500, 560, 500, 540)],  # something else, far away
        [Box(500, 522, 30 * k, 30 * k + 20) for k in range(8)],  # small letters
        [Box(100 + 10 * k, 107 + 10 * k, 152, 160) for k in range(6)],  # a drawing of many parts
    ],
)
def test_more_than_one_thing(others: list[Box]) -> None:
    boxes = dict(enumerate([Box(100, 180, 100, 150), *others]))
    assert strokes_of_one(boxes, {number: 9.0 - number for number in boxes}) == set()
