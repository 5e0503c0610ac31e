"""What holds on all pages: links to them, phones, projectors, and the light and the dark theme."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    "path",
    [
        "",
        "fixed_points",
        "steady_states",
        "steady_states?part=Depth&type=large",
        "doubling",
        "draw",
        "solvers",
        "solvers?problem=spiral&tour=6",
        "inside",
        "inside?see=smudge",
        "inside?see=channels",
        "training",
        "gradients",
        "tour",
    ],
)
def test_a_phone_never_scrolls_sideways(visit, app, path):
    page = visit(f"{app}/{path}", viewport={"width": 390, "height": 844})
    page.wait_for_selector(".js-plotly-plot .main-svg, .st-key-tour-list")
    page.wait_for_selector(driver.IDLE, timeout=60_000)
    # At first a chart has Plotly's default width; then it takes the width of its container.
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert not driver.charts_beyond(page, 390)
    assert driver.letters_over_letters(page) == []


def test_a_projector_shows_the_whole_idea_without_scrolling(visit, app):
    for path, keys in (
        ("", ("layers", "fixed-point", "flow", "to-draw", "trajectory")),
        (
            "draw",
            ("pad", "prediction", "seen", "verdict", "probabilities", "trajectory", "residuals"),
        ),
    ):
        page = visit(f"{app}/{path}")
        page.wait_for_selector(".st-key-trajectory .main-svg")
        for key in keys:
            box = page.locator(f".st-key-{key}").first.bounding_box()
            assert box["y"] >= 0, key
            assert box["y"] + box["height"] <= 900, key


def test_page_and_figures_follow_the_theme_of_the_system(visit, app):
    colours = []
    for scheme in ("light", "dark"):
        page = visit(f"{app}/draw", color_scheme=scheme)
        page.wait_for_selector(".st-key-trajectory .xtitle")
        colours.append(
            page.evaluate(
                """() => ['[data-testid=stApp]', '.st-key-trajectory .updatemenu-item-rect',
                          '.st-key-trajectory .slider-label'].map(s => {
                    const style = getComputedStyle(document.querySelector(s));
                    return s.includes('rect') || s.includes('label')
                        ? style.fill : style.backgroundColor; })"""
            )
        )
    light, dark = colours
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] == "rgb(16, 21, 29)"
    assert all(one != two for one, two in zip(light, dark, strict=True))


def test_figures_follow_when_the_system_turns_dark_while_the_page_is_open(visit, app):
    page = visit(f"{app}/fixed_points", color_scheme="light")
    button = "document.querySelector('.st-key-cobweb .updatemenu-item-rect')"
    page.wait_for_function(f"{button} && getComputedStyle({button}).fill === 'rgb(241, 244, 248)'")
    for scheme, fill in (("dark", "rgb(28, 36, 48)"), ("light", "rgb(241, 244, 248)")):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"{button} && getComputedStyle({button}).fill === '{fill}'")
