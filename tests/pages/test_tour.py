"""The tour: every stop is there and sets its page; a teacher's choices are kept on the way."""

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from deq.diagnostics.gradients import Setting, gradients
from pages.parts.tour.stops import MINUTES, STOPS

ROOT = Path(__file__).resolve().parents[2]


def words(app):
    return " ".join(m.value for m in app.markdown)


def links(app):
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("place", range(1, len(STOPS) + 1))
def test_a_stop_sets_its_page_and_says_what_to_do(open_page, place):
    stop = STOPS[place - 1]
    query = {k: v[0] for k, v in parse_qs(urlsplit(stop.link(place)).query).items()}
    app = open_page(stop.page, **query)
    assert not app.exception
    assert not app.error
    assert f"{place} of {len(STOPS)} · {stop.title}" in words(app)
    assert ('class="tour-back"' in links(app)) == (place > 1)
    assert ('class="tour-next"' in links(app)) == (place < len(STOPS))
    for name, value in stop.query.items():
        if name in app.session_state:
            assert str(app.session_state[name]) == value


def test_the_menu_is_in_the_order_of_the_tour():
    menu = re.findall(r'"pages/(\w+)\.py"', (ROOT / "app.py").read_text(encoding="utf-8"))
    assert [*dict.fromkeys(stop.page for stop in STOPS), "tour"] == menu


def test_what_the_stop_at_the_race_says_of_the_ode_is_so(open_page):
    app = open_page("solvers", example="3", tour="6")
    (table,) = [m.value for m in app.markdown if m.value.startswith("| Solver")]
    rows = [[cell.strip() for cell in row.split("|")[1:3]] for row in table.split("\n")[2:]]
    evals = {name: int(count) for name, count in rows}
    others = [count for name, count in evals.items() if not name.startswith("ODE")]
    assert min(count for name, count in evals.items() if name.startswith("ODE")) > max(others)


def test_what_the_stop_at_the_gradients_says_is_so():
    found = {name: [m for m in gradients(Setting()) if m.method == name]
             for name in ("implicit", "unrolled")}  # fmt: skip
    for measured in found.values():
        assert all(one.error > other.error for one, other in pairwise(measured))
    assert all(one.kept < other.kept for one, other in pairwise(found["unrolled"]))
    assert len({m.kept for m in found["implicit"]}) == 1


def test_the_tour_has_about_ten_stops_and_takes_about_twenty_minutes():
    assert 8 <= len(STOPS) <= 11
    assert pytest.approx(20, abs=2) == MINUTES


def test_without_a_stop_of_the_tour_there_is_no_bar(open_page):
    for number in (None, "0", "99", "x", "²", "-1", "9" * 5000):
        app = open_page("gradients", **({"tour": number} if number else {}))
        assert "tour-end" not in [b.key for b in app.button]
        assert not app.error
        assert not app.exception


def test_another_page_shows_the_way_back_and_the_tour_can_be_ended(open_page):
    app = open_page("inside", tour="7")
    app.switch_page("pages/gradients.py").run()
    assert "You are on another page" in words(app)
    assert "tour-here" in links(app)
    app.button(key="tour-end").click().run()
    assert "You are on another page" not in words(app)
    app.switch_page("pages/inside.py").run()
    assert "tour-end" not in [b.key for b in app.button]


def test_what_a_teacher_hides_is_hidden_and_stays_in_the_links(open_page):
    app = open_page("solvers", tour="6", hide="code,over,no<n>sense,tasks", type="large")
    rules = links(app)
    assert ".st-key-code { display: none; }" in rules
    assert ".st-key-try-and-read { display: none; }" in rules
    assert "font-size: 20px" in rules
    assert ".st-key-over { display: none; }" in rules
    assert "sense" not in rules
    assert "hide=code%2Cover%2Ctasks&amp;type=large&amp;tour=7" in rules
    plain = links(open_page("solvers"))
    assert links(open_page("solvers", hide="<script>", type="huge")) == plain


def test_the_tour_page_sets_what_is_hidden_and_the_type_size(open_page):
    app = open_page("tour", hide="over")
    app.toggle(key="tour-large").set_value(True).run()
    app.button_group(key="tour-hide").set_value(["code", "menu"]).run()
    assert app.code[0].value == "./?hide=code%2Cmenu%2Cover&type=large&tour=1"
    app.switch_page("pages/gradients.py").run()
    assert ".st-key-code { display: none; }" in links(app)
    app.switch_page("pages/tour.py").run()
    app.toggle(key="tour-large").set_value(False).run()
    assert "large" not in app.code[0].value
