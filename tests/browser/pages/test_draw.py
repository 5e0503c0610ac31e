"""The Draw page: examples, settings and downloads, and the path of the state when it is played."""

import pytest
from PIL import Image
from playwright.sync_api import expect

from pages.parts.pad.examples import FIRST
from tests.browser.driver import (
    IDLE,
    caption_starts,
    click,
    draw,
    draw_zero,
    example,
    press_player,
    reads,
    record_playing,
)

pytestmark = pytest.mark.browser
CAPTION = ".st-key-trajectory .slider-label"


def test_buttons_examples_and_settings(visit, app):
    page = visit(f"{app}/draw")
    reads(page, FIRST)
    example(page, "7")
    reads(page, "7")
    page.wait_for_url("**/draw?*example=7*")
    expect(page.locator(".st-key-readouts")).to_contain_text("ODE dopri5")
    page.locator(".st-key-solver input").click()
    page.get_by_role("option", name="Anderson").click()
    page.wait_for_selector('.st-key-readouts:has-text("Anderson")')
    page.wait_for_url("**solver=Anderson**")
    reads(page, "7")
    example(page, "0")
    reads(page, "0")
    click(page, "undo")  # this example has one stroke
    reads(page, "–")
    example(page, "1")
    reads(page, "1")
    page.wait_for_timeout(600)  # time for the canvas to show it
    draw(page, [[[60, 60], [220, 60]], [[220, 60], [120, 250]]])  # no longer the example
    page.wait_for_function("!location.search.includes('example')")
    click(page, "clear")
    reads(page, "–")


def test_a_slow_browser_does_not_undo_what_a_task_has_set(visit, app, late_browser):
    page = visit(f"{app}/draw?solver=Picard", route=late_browser)
    reads(page, FIRST)
    click(page, "try-2")  # its scribble is reported by the canvas once it is there
    expect(page.locator(".st-key-verdict")).to_contain_text("not a digit")
    page.wait_for_timeout(1000)
    page.wait_for_selector(IDLE)
    expect(page.locator(".st-key-readouts")).to_contain_text("ODE dopri5")
    expect(page.locator(".st-key-solver input")).to_have_value("ODE dopri5")


def test_downloads(visit, app, tmp_path):
    page = visit(f"{app}/draw?example=6")
    with page.expect_download() as numbers:
        click(page, "download-csv")
    numbers.value.save_as(tmp_path / "trajectory.csv")
    lines = (tmp_path / "trajectory.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("t,residual,relative_residual,pc1")
    assert len(lines) > 5
    with page.expect_download() as picture:
        click(page, "download-html")
    picture.value.save_as(tmp_path / "trajectory.html")
    assert "Plotly.newPlot" in (tmp_path / "trajectory.html").read_text(encoding="utf-8")
    open_file = page.context.new_page()
    open_file.goto((tmp_path / "trajectory.html").as_uri())
    open_file.wait_for_selector(".js-plotly-plot .slider-label")
    page.locator(".st-key-trajectory .js-plotly-plot").hover()
    with page.expect_download() as still:
        page.locator('.st-key-trajectory [data-title*="Download"]').click()
    still.value.save_as(tmp_path / "path.png")
    corner = Image.open(tmp_path / "path.png").convert("RGBA").getpixel((2, 2))
    assert corner == (255, 255, 255, 255)  # a white background, readable anywhere


def test_play_shows_the_path_and_ends_at_the_equilibrium(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(CAPTION)
    still = page.locator(CAPTION).first.text_content()
    assert f"reads {FIRST}" in still
    record_playing(page, "trajectory", CAPTION)
    press_player(page, "trajectory", "Play")
    page.wait_for_function("new Set(window.captions).size >= 5", timeout=15_000)
    page.wait_for_function(
        "([s, t]) => document.querySelector(s).textContent === t", arg=[CAPTION, still]
    )


def test_scrubbing_moves_the_path_and_the_charts_over_time_with_it(visit, app):
    page = visit(f"{app}/draw")
    page.wait_for_selector(CAPTION)
    page.wait_for_selector(".st-key-residuals .main-svg")
    rail = page.locator(".st-key-trajectory .slider-rail-touch-rect").bounding_box()
    middle = rail["y"] + rail["height"] / 2
    page.mouse.click(rail["x"] + 2, middle)
    caption_starts(page, CAPTION, "t = 0:")
    page.mouse.click(rail["x"] + rail["width"] / 2, middle)
    page.wait_for_selector(".st-key-residuals .time-cursor")
    for key in ("decision", "residuals"):
        line = page.locator(f".st-key-{key} .time-cursor").bounding_box()
        chart = page.locator(f".st-key-{key} .nsewdrag").first.bounding_box()
        assert chart["x"] - 2 <= line["x"] <= chart["x"] + chart["width"] + 2
        assert line["height"] > 50
    page.mouse.click(rail["x"] + rail["width"] - 2, middle)
    page.wait_for_function("!document.querySelector('.time-cursor')")
    page.get_by_role("radio", name="3-D").or_(page.get_by_role("button", name="3-D")).click()
    page.wait_for_selector(".st-key-path-3d-chart .gl-container canvas")
    page.wait_for_url("**view=3-D**")


def test_a_task_keeps_the_drawing_and_its_example_replaces_it(visit, app):
    page = visit(f"{app}/draw")
    draw_zero(page)
    click(page, "try-5")
    page.wait_for_selector('.st-key-asked:has-text("Picard in place of the ODE")')
    page.wait_for_selector('.st-key-readouts:has-text("Picard")')
    page.wait_for_url("**solver=Picard**")
    page.wait_for_function(
        """() => {
            const top = document.querySelector('.st-key-asked').getBoundingClientRect().top;
            return 0 < top && top < innerHeight / 2;
        }"""
    )
    reads(page, "0")
    assert "ink=" in page.url
    click(page, "try-1")
    page.wait_for_selector('.st-key-asked:has-text("Between 4 and 9")')
    page.wait_for_url("**example=4**")
    reads(page, "4")
    assert "ink=" not in page.url
    assert "solver=" not in page.url
