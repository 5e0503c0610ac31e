"""The Steady states page: its figures play, its buttons set it, its address keeps the settings."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser
DEPTH = ".st-key-portrait .subplot.x9y9 .textpoint text"
TIME = ".st-key-flow-field .subplot.x9y9 .textpoint text"


def ready(page, selector):
    page.wait_for_selector(selector)
    page.wait_for_selector(driver.IDLE)


def test_play_shows_growing_depth(visit, app):
    page = visit(f"{app}/steady_states?part=Depth")
    ready(page, DEPTH)
    still = page.locator(DEPTH).first.text_content()
    assert still.startswith("depth 50")
    driver.record_playing(page, "portrait", DEPTH)
    driver.press_player(page, "portrait", "Play")
    page.wait_for_function(
        "t => window.captions.length > 20 && window.captions.at(-1) === t",
        arg=still,
        timeout=20_000,
    )
    depths = [int(said.split(":")[0].split()[1]) for said in page.evaluate("window.captions")]
    begin = depths.index(min(depths))  # the still frame may come once more before the first one
    assert depths[begin:] == sorted(depths[begin:])
    assert begin <= 1
    assert len(depths) > 20
    assert page.evaluate("window.shapes.size") > 20  # the lines changed, not only the caption
    driver.press_player(page, "portrait", "Reset")
    driver.caption_starts(page, DEPTH, "depth 0")
    driver.press_player(page, "portrait", "Step")
    driver.caption_starts(page, DEPTH, "depth 1:")


def test_play_shows_the_flow_and_the_iterates(visit, app):
    page = visit(f"{app}/steady_states")
    ready(page, TIME)
    still = page.locator(TIME).first.text_content()
    assert still.startswith("t = 8.00: the flow is at 0.7391")
    driver.record_playing(page, "flow-field", TIME)
    driver.press_player(page, "flow-field", "Play")
    page.wait_for_function(
        "t => window.captions.length > 15 && window.captions.at(-1) === t",
        arg=still,
        timeout=20_000,
    )
    assert page.evaluate("window.shapes.size") > 5


def test_the_best_button_sets_the_step_and_the_link(visit, app):
    page = visit(f"{app}/steady_states?part=Euler+step")
    ready(page, ".st-key-costs .main-svg")
    driver.click(page, "best")
    page.get_by_text("settles after 5 steps").wait_for()
    page.wait_for_url("**h=0.5975**")
    again = visit(page.url)
    again.get_by_text("settles after 5 steps").wait_for()


def test_a_task_sets_the_page_and_its_link(visit, app):
    page = visit(f"{app}/steady_states")
    ready(page, TIME)
    page.get_by_text("Too much gain", exact=True).click()
    page.get_by_text("more layers never settle").wait_for()
    page.wait_for_url("**gain=2**")
    again = visit(page.url)
    again.get_by_text("more layers never settle").wait_for()


def test_both_charts_stand_below_the_main_figure_as_the_task_says(visit, app):
    page = visit(f"{app}/steady_states")
    ready(page, TIME)
    page.get_by_text("Where the ODE loses", exact=True).click()
    page.get_by_text("Read both charts below").first.wait_for()
    page.wait_for_selector(".st-key-calm .main-svg")
    page.wait_for_selector(driver.IDLE)
    main, left, right = page.evaluate(  # at one moment: the page scrolls
        """["jump", "prices", "calm"].map(key =>
            document.querySelector(`.st-key-${key} .js-plotly-plot`).getBoundingClientRect())"""
    )
    assert left["right"] < right["left"]
    assert min(left["top"], right["top"]) > main["bottom"]


@pytest.mark.parametrize("part", ["Flow", "Euler+step", "Why+an+ODE", "Depth"])
def test_each_section_fits_a_phone(visit, app, part):
    page = visit(f"{app}/steady_states?part={part}", viewport={"width": 390, "height": 844})
    ready(page, ".js-plotly-plot .main-svg")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert not driver.charts_beyond(page, 390)
