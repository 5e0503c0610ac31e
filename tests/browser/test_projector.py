"""A projector of 1280×720: the menu, and every stop of the tour, in normal and in large type."""

import pytest
from playwright.sync_api import expect

from pages.parts.tour.stops import STOPS
from tests.browser import driver

pytestmark = pytest.mark.browser
SIZE = {"width": 1280, "height": 720}
MAIN = "[class*=st-key-fit-hero-] .js-plotly-plot, .st-key-jump .js-plotly-plot"
PAGES = 10

# Letters of figures that stand outside of their figure, or over the edge of it.
CUT = """() => [...document.querySelectorAll('.js-plotly-plot')].flatMap((plot) => {
    const box = plot.getBoundingClientRect();
    return [...plot.querySelectorAll('.main-svg text')]
        .filter((text) => text.textContent.trim() && !text.closest('[clip-path]'))
        .filter((text) => {
            const own = text.getBoundingClientRect();
            return own.width > 0 && (own.left < box.left - 1 || own.right > box.right + 1 ||
                own.top < box.top - 1 || own.bottom > box.bottom + 1);
        }).map((text) => text.textContent);
})"""


def stop(visit, app, place, more=""):
    """A tab at a stop of the tour."""
    page = visit(f"{app}/{STOPS[place - 1].link(place).removeprefix('./')}{more}", viewport=SIZE)
    page.wait_for_selector(MAIN)
    page.wait_for_selector(driver.IDLE, timeout=60_000)
    # At first a figure has the size that the server gave it.
    page.wait_for_function(
        """(main) => { const plot = document.querySelector(main), box = plot.parentElement;
            return Math.abs(plot.querySelector('.main-svg').clientHeight - box.clientHeight) < 2 &&
                Math.abs(plot.querySelector('.main-svg').clientWidth - box.clientWidth) < 2 }""",
        arg=MAIN,
    )
    return page


@pytest.mark.parametrize("place", range(1, len(STOPS) + 1))
def test_a_stop_shows_figure_and_play_without_scrolling(visit, app, place):
    page = stop(visit, app, place)
    bar = page.locator(".st-key-tour").bounding_box()
    figure = page.locator(MAIN).first.bounding_box()
    assert bar["y"] >= 0
    assert bar["height"] <= 60
    assert bar["y"] + bar["height"] <= figure["y"]
    assert figure["y"] + figure["height"] <= SIZE["height"]
    assert figure["height"] >= 250
    for button in page.locator(MAIN).first.locator(".updatemenu-button").all():
        box = button.bounding_box()
        assert box["y"] + box["height"] <= SIZE["height"]
    if page.locator(".st-key-train-start").count():
        start = page.locator(".st-key-train-start").bounding_box()
        assert start["y"] + start["height"] <= SIZE["height"]
    assert page.evaluate(CUT) == []
    assert driver.letters_over_letters(page) == []


@pytest.mark.parametrize("place", range(1, len(STOPS) + 1))
def test_large_type_enlarges_figures_and_cuts_nothing(visit, app, place):
    page = stop(visit, app, place, "&type=large")
    size = page.evaluate(
        """(main) => Math.min(...[...document.querySelectorAll('.xtick text, .xtitle')]
            .map((text) => parseFloat(getComputedStyle(text).fontSize)))""",
        MAIN,
    )
    assert size >= 15 or size == float("inf")  # a map has no numbers
    assert page.evaluate(CUT) == []
    assert driver.letters_over_letters(page) == []
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("(main) => main.scrollWidth <= main.clientWidth")
    for formula in page.locator(".katex-display, .katex").all():
        assert formula.evaluate(
            """(formula) => { const box = formula.getBoundingClientRect(),
                column = formula.closest('[data-testid=stColumn], [data-testid=stMain]')
                    .getBoundingClientRect();
                return box.left >= column.left - 1 && box.right <= column.right + 1 }"""
        )


@pytest.mark.parametrize("more", ["", "?type=large"])
def test_the_menu_shows_every_page(visit, app, more):
    page = visit(f"{app}/gradients{more}", viewport=SIZE)
    page.wait_for_function(
        f"document.querySelectorAll('[data-testid=stTopNavLink]').length >= {PAGES}"
    )
    links = page.locator("[data-testid=stTopNavLink]")
    expect(links).to_have_count(PAGES)
    # Links for which there is no room stay in the page, but cannot be seen.
    page.wait_for_function(
        """() => [...document.querySelectorAll('.rc-overflow-item')].every((item) =>
            (getComputedStyle(item).opacity === '1') === !item.matches('.rc-overflow-item-rest'))"""
    )
    for link in links.all():
        box = link.bounding_box()
        assert 0 <= box["x"] < box["x"] + box["width"] <= SIZE["width"] - 40
