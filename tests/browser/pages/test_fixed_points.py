"""The Fixed points page: its figure plays and steps, and its address keeps the settings."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser
CAPTION = ".st-key-cobweb .subplot.x9y9 .textpoint text"
LIMIT = '.st-key-limit [data-testid="stMetricValue"]'


@pytest.fixture
def page(visit, app):
    page = visit(f"{app}/fixed_points")
    page.wait_for_selector(CAPTION)
    page.wait_for_selector(".st-key-errors .main-svg")
    page.wait_for_selector(driver.IDLE)
    return page


def test_play_shows_the_half_steps_and_ends_at_the_fixed_point(page):
    assert page.locator(LIMIT).first.text_content() == "0.739085"
    still = page.locator(CAPTION).first.text_content()
    assert still.startswith("Step 33, across to the diagonal")
    driver.record_playing(page, "cobweb", CAPTION)
    driver.press_player(page, "cobweb", "Play")
    page.wait_for_function(
        "t => window.captions.length > 20 && window.captions.at(-1) === t",
        arg=still,
        timeout=20_000,
    )
    seen = page.evaluate("window.captions")
    assert any("up to the curve" in said for said in seen)
    assert any("across to the diagonal" in said for said in seen)
    assert page.evaluate("window.shapes.size") > 20  # the lines changed, not only the caption


def test_step_and_reset_move_by_half_steps_and_keys_do_the_same(page):
    driver.press_player(page, "cobweb", "Reset")
    driver.caption_starts(page, CAPTION, "Start: x₀ = −1")
    driver.press_player(page, "cobweb", "Step")
    driver.caption_starts(page, CAPTION, "Step 1, up to the curve: g(−1) = 0.5403")
    driver.press_player(page, "cobweb", "Step")
    driver.caption_starts(page, CAPTION, "Step 1, across to the diagonal: x₁ = 0.5403")
    page.locator(".st-key-cobweb").focus()
    page.keyboard.press("ArrowRight")
    driver.caption_starts(page, CAPTION, "Step 2, up")
    page.keyboard.press("ArrowLeft")
    driver.caption_starts(page, CAPTION, "Step 1, across")
    page.keyboard.press("End")
    driver.caption_starts(page, CAPTION, "Step 33, across")
    page.keyboard.press("Home")
    driver.caption_starts(page, CAPTION, "Start")
    page.keyboard.press(" ")
    page.wait_for_function(
        "s => /^Step ([3-9]|..)/.test(document.querySelector(s).textContent)", arg=CAPTION
    )
    page.keyboard.press(" ")
    page.wait_for_timeout(300)
    here = page.locator(CAPTION).first.text_content()
    page.wait_for_timeout(500)
    assert page.locator(CAPTION).first.text_content() == here


def test_a_button_sets_the_page_and_its_link(page, visit):
    driver.click(page, "try-3")
    page.wait_for_url("**map=logistic**logistic-r=3.5**")
    page = visit(page.url)
    page.wait_for_selector(CAPTION)
    page.locator("strong", has_text="It jumps between four points").wait_for()


def test_a_slider_changes_the_picture_the_number_and_the_link(visit, app):
    page = visit(f"{app}/fixed_points?map=tanh")
    page.wait_for_selector(CAPTION)
    page.wait_for_selector(driver.IDLE)
    page.locator(".st-key-tanh-x0-slide input").first.focus()
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("s => document.querySelector(s).textContent === '−0.957504'", arg=LIMIT)
    page.wait_for_url("**tanh-x0=-0.0**")


def test_a_typed_formula_is_drawn_and_a_fault_is_explained_beside_it(page):
    box = page.locator(".st-key-formula input")
    box.fill("exp(-x)")
    box.press("Enter")
    page.wait_for_function("s => document.querySelector(s).textContent === '0.567143'", arg=LIMIT)
    box.fill("exp(-y)")
    box.press("Enter")
    page.wait_for_selector('[data-testid="stAlert"]:has-text("At character 6")')
    assert page.locator(LIMIT).first.text_content() == "0.567143"


def test_a_phone_stacks_the_panels_and_never_scrolls_sideways(visit, app):
    page = visit(f"{app}/fixed_points", viewport={"width": 390, "height": 844})
    page.wait_for_function(
        "() => (document.querySelector('.st-key-cobweb .js-plotly-plot')"
        "?.getBoundingClientRect().height || 0) > 700"
    )
    page.wait_for_selector(".st-key-errors .main-svg")
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
    assert not driver.charts_beyond(page, 390)


def test_a_projector_shows_the_picture_its_numbers_and_its_controls_without_scrolling(page):
    for key in ("limit", "cobweb", "iterates", "formula", "method", "map"):
        box = page.locator(f".st-key-{key}").first.bounding_box()
        assert box["y"] >= 0, key
        assert box["y"] + box["height"] <= 900, key
