"""What the pages show of a network that was taught what is no digit: eleven probabilities."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from deq.digits import example, prepare
from deq.digits.classes import NO_DIGIT
from deq.figures import palette
from deq.models import load
from deq.models.digits import Digits
from pages.parts.inside import lesson
from pages.parts.shared import engine, own_model
from tests.pages.draw.test_draw import answer, chart, words


def alt(app, key):
    """The alt text of a chart."""
    (found,) = [c.proto.alt for c in app.get("plotly_chart") if key in c.proto.id]
    return found


def test_a_drawing_that_is_no_digit_is_called_so_everywhere(open_page):
    app = open_page("draw", example="smiley")
    assert answer(app) == "–"
    assert "**This is not a digit: it looks like something else.**" in words(app)
    assert "**converged**" in words(app)
    (bars,) = chart(app, "bars-chart")["data"]
    assert bars["y"] == [*"0123456789", "no digit"]
    assert bars["x"][NO_DIGIT] > 90
    assert bars["marker"]["color"][NO_DIGIT] == palette().muted
    path = chart(app, "path-2d-chart")
    assert path["frames"][-1]["data"][1]["text"] == ["<b>–</b>"]
    last = path["layout"]["sliders"][0]["steps"][-1]["label"]
    assert last.endswith(f": no digit ({bars['text'][NO_DIGIT]})")
    assert [note["text"] for note in chart(app, "opinions-chart")["layout"]["annotations"]] == [
        "<b>no digit</b>"
    ]
    share = f"{bars['x'][NO_DIGIT]:.0f} %"
    assert f"and of no digit: no digit with {share}" in alt(app, "bars-chart")
    assert "the equilibrium, read as no digit" in alt(app, "path-2d-chart")
    assert f"“no digit” is the most likely, at last with {share}" in alt(app, "opinions-chart")


def test_a_digit_is_read_as_before_beside_an_eleventh_bar(open_page):
    app = open_page("draw", example="3")
    assert answer(app) == "3"
    (bars,) = chart(app, "bars-chart")["data"]
    assert bars["x"][3] > 90
    assert bars["marker"]["color"][3] == palette().digits[3]
    assert bars["marker"]["color"][NO_DIGIT].startswith("rgba")
    assert "in the region of digit 3" in alt(app, "path-2d-chart")
    app.button(key="clear").click().run()
    (empty,) = chart(app, "bars-chart")["data"]
    assert empty["y"] == bars["y"]
    assert set(empty["x"]) == {0}


def test_only_a_network_with_ten_answers_says_that_it_knows_digits_only(open_page):
    app = open_page("draw", example="smiley")
    for other in (False, True):
        model = load("digits")
        if not other:
            model = Digits(replace(model.config, other=False)).eval()
        own = own_model.Own(model, engine.engine().cloud, "from a file")
        app.session_state[own_model._KEY] = own
        app.run()
        assert not app.exception
        assert len(chart(app, "bars-chart")["data"][0]["y"]) == 10 + other
        assert (own_model.DIGITS_ONLY in words(app)) is not other


@pytest.mark.parametrize("section", lesson.SECTIONS)
def test_every_view_of_one_equilibrium_shows_what_is_no_digit(open_page, section):
    app = open_page("inside", example="smiley", see=section)
    assert not app.exception
    assert not app.error
    assert app.get("plotly_chart")
    texts = json.dumps([c.proto.spec for c in app.get("plotly_chart")]) + words(app)
    if section in ("depth", "smudge", "kick", "channels", "starts"):
        assert "no digit" in texts
    if section == "depth":
        assert "no digit, as infinitely many do" in texts
    if section == "smudge":
        assert "the answer" in texts
        heads = [frame["data"][0]["text"] for frame in chart(app, "smudge-path-chart")["frames"]]
        assert heads[0] == ["<b>–</b>"]
    if section == "sensitivity":
        assert re.search(r"For the logit of \d,", texts)


def test_the_network_is_sure_of_both(open_page):
    for name, sure in (("3", 3), ("smiley", NO_DIGIT)):
        shares = load("digits").predict(prepare(example(name))).probabilities.numpy()
        assert shares.shape == (11,)
        assert np.argmax(shares) == sure
