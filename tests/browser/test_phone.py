"""A phone, held upright and touched: what stands where, and what does not cover what."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def box(page, selector):
    found = page.locator(selector).first.bounding_box()
    assert found, selector
    return found


def below(one, other):
    """How far the second box is below the first."""
    return other["y"] - (one["y"] + one["height"])


@pytest.mark.parametrize(
    ("path", "last"),
    [
        ("fixed_points", ".st-key-steps"),
        ("steady_states?type=large", ".st-key-controls"),
        ("solvers", ".st-key-tolerance"),
        ("inside", ".st-key-gamma"),
        ("doubling?type=large", ".st-key-train-start"),
        ("training", ".st-key-train-start"),
        ("gradients", ".st-key-gain"),
        ("draw", ".st-key-tol"),
    ],
)
def test_controls_stand_before_the_figure_that_they_change(visit, app, path, last):
    page = visit(f"{app}/{path}", **PHONE)
    page.wait_for_selector("[class*=st-key-fit-hero-] .main-svg")
    page.wait_for_selector(driver.IDLE, timeout=60_000)
    assert below(box(page, last), box(page, "[class*=st-key-fit-hero-]")) >= 0
    # Plotly's buttons would cover the titles: a finger cannot move away from a figure.
    assert not any(bar.is_visible() for bar in page.locator(".modebar-container").all())
    page.wait_for_function("document.querySelector('[data-testid=stMain]').scrollWidth <= 390")
    assert not driver.charts_beyond(page, 390)


def test_a_task_stands_nearer_its_own_button_and_the_digit_beside_its_picture(visit, app):
    page = visit(f"{app}/fixed_points", **PHONE)
    page.wait_for_selector(".st-key-try-1")
    page.wait_for_selector("[class*=st-key-fit-hero-] .main-svg")
    page.wait_for_selector(driver.IDLE, timeout=60_000)
    page.wait_for_function(  # at one moment: figures above may still grow
        """() => {
            const at = (where) => document.querySelector(where).getBoundingClientRect();
            const text = at('.st-key-what-to-try [data-testid=stCaptionContainer] p');
            const own = text.top - at('.st-key-try-0').bottom;
            return own >= 0 && own < 0.7 * (at('.st-key-try-1').top - text.bottom);
        }"""
    )
    page = visit(f"{app}/draw", **PHONE)
    page.wait_for_selector(".st-key-seen img")
    digit, picture = box(page, ".st-key-prediction"), box(page, ".st-key-seen")
    assert abs(digit["y"] - picture["y"]) < 40
    assert 0 <= picture["x"] - (digit["x"] + digit["width"]) < 60


def test_a_finger_on_a_figure_scrolls_the_page(visit, app):
    page = visit(f"{app}/fixed_points", **PHONE)
    page.wait_for_selector(".st-key-cobweb .nsewdrag", state="attached")
    drags = page.locator(".st-key-cobweb .nsewdrag").first
    assert drags.evaluate("(area) => getComputedStyle(area).pointerEvents") == "none"
