"""Values belong to their page, also with the menu and the Back button."""

import re

import pytest

from tests.browser.driver import IDLE

pytestmark = pytest.mark.browser


def choose(page, name, path):
    """Choose a page in the menu."""
    page.get_by_role("link", name=name).first.click()
    page.wait_for_url(f"**/{path}**")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    page.wait_for_selector(IDLE, timeout=60_000)


def task(page, label):
    page.get_by_text(label, exact=True).click()
    page.wait_for_selector(IDLE, timeout=60_000)


def value(page, key):
    return page.locator(f".st-key-{key} input").first.input_value()


@pytest.mark.parametrize(
    ("start", "label", "name", "path"),
    [
        ("steady_states", "The cosine as a flow", "Gradients", "gradients"),
        ("gradients", "A wide layer", "Training lab", "training"),
    ],
)
def test_a_task_of_one_page_does_not_crash_another(visit, app, start, label, name, path):
    page = visit(f"{app}/{start}")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    task(page, label)
    choose(page, name, path)
    assert page.get_by_text("Something went wrong").count() == 0


def test_values_are_back_on_return_and_a_reload_keeps_them(visit, app):
    page = visit(f"{app}/steady_states")
    page.wait_for_selector(".js-plotly-plot .main-svg")
    task(page, "Too much gain")
    page.wait_for_url("**gain=2**")
    choose(page, "Gradients", "gradients")
    assert "gain" not in page.url
    choose(page, "Steady states", "steady_states")
    page.wait_for_url("**gain=2**")
    page.get_by_text("more layers never settle").wait_for()
    page.reload()
    page.get_by_text("more layers never settle").wait_for()


def test_a_number_out_of_range_in_a_link_gives_a_sentence_also_after_back(visit, app):
    page = visit(f"{app}/steady_states?part=Depth&seed=1e309&gain=50")
    page.get_by_text("seed = 1e309; this page goes up to 9999").wait_for()
    page.wait_for_url(re.compile(r"gain=6(&|$)"))
    page.wait_for_selector(IDLE)
    page.go_back()
    page.wait_for_timeout(500)
    page.wait_for_selector(IDLE)
    assert page.get_by_text("Something went wrong").count() == 0
