"""What the first page says and asks."""

import itertools
import math

import pytest

from pages.parts.home.lesson import START, cosine
from pages.parts.pad.examples import FIRST
from tests.pages.draw.test_draw import chart, words


@pytest.mark.parametrize("start", [-1.0, 0.0, 0.5, 3.0, 10.0, -400.0])
def test_pressing_cos_makes_the_digits_stay(start):
    x = start
    shown = []
    for _ in range(60):
        x = math.cos(x)
        shown.append(f"{x:.5f}"[:5])
    since = max(k for k, text in enumerate(shown) if text != "0.739") + 1
    assert 10 < since < 30


def test_half_steps_do_not_jump_over_the_equilibrium_and_full_steps_always_do():
    paths, limit = cosine()[0], 0.7390851332151607
    states = paths["Picard"].z.flatten().tolist()
    full = [z > limit for z in states[1:]]  # from the first layer on
    assert all(a != b for a, b in itertools.pairwise(full))
    z, half = START, []
    for _ in range(8):
        z += 0.5 * (math.cos(z) - z)
        half.append(z)
    assert all(z < limit for z in half)


def test_the_point_shows_another_digit_at_first(open_page):
    app = open_page()
    figure = chart(app, "path-2d-chart")
    captions = [step["label"] for step in figure["layout"]["sliders"][0]["steps"]]
    digits = [caption.split("reads ")[1][0] for caption in captions]
    assert digits[0] != FIRST
    assert digits[-1] == FIRST
    assert sum(a != b for a, b in itertools.pairwise(digits)) == 1
    assert f"show a {FIRST}" in words(app)


def test_the_cosine_is_a_contraction_of_the_interval_that_it_maps_into_itself():
    grid = [k / 1000 for k in range(-1000, 1001)]
    assert all(-1 <= math.cos(x) <= 1 for x in grid)
    assert max(abs(math.sin(x)) for x in grid) < 1
