"""The steady-state page in a real browser: it plays, its buttons set it, its link keeps it."""

import pytest

from tests.browser import driver

pytestmark = pytest.mark.browser
DEPTH = ".st-key-portrait .subplot.x9y9 .textpoint text"
TIME = ".st-key-flow-field .subplot.x9y9 .textpoint text"


def watch(page, box, label):
    """From now on note what the slider says, and how the lines are drawn."""
    page.evaluate(
        """([box, label]) => {
            window.seen = []; window.places = new Set();
            new MutationObserver(() => {
                const said = document.querySelector(label)?.textContent;
                if (said && said !== window.seen.at(-1)) window.seen.push(said);
                document.querySelectorAll(`${box} .scatterlayer path.js-line`).forEach(
                    (line) => window.places.add(line.getAttribute('d').length));
            }).observe(document.querySelector(box),
                       { subtree: true, childList: true, characterData: true, attributes: true });
        }""",
        [box, label],
    )


def press(page, box, button):
    page.locator(f"{box} .updatemenu-button").filter(has_text=button).first.click()


def settled(page, selector):
    page.wait_for_selector(selector)
    page.wait_for_selector(driver.IDLE)


def test_play_goes_from_layer_to_depth(visit, app):
    page = visit(f"{app}/steady_states?part=Depth")
    settled(page, DEPTH)
    still = page.locator(DEPTH).first.text_content()
    assert still.startswith("depth 50")
    watch(page, ".st-key-portrait", DEPTH)
    press(page, ".st-key-portrait", "Play")
    page.wait_for_function(
        "t => window.seen.length > 20 && window.seen.at(-1) === t", arg=still, timeout=20_000
    )
    depths = [int(said.split(":")[0].split()[1]) for said in page.evaluate("window.seen")]
    begin = depths.index(min(depths))  # the still may be noticed once more before the first frame
    assert depths[begin:] == sorted(depths[begin:])
    assert begin <= 1
    assert len(depths) > 20
    assert page.evaluate("window.places.size") > 20  # the lines grew, not the words alone
    press(page, ".st-key-portrait", "Reset")
    page.wait_for_function(
        "s => document.querySelector(s)?.textContent.startsWith('depth 0')", arg=DEPTH
    )
    press(page, ".st-key-portrait", "Step")
    page.wait_for_function(
        "s => document.querySelector(s)?.textContent.startsWith('depth 1:')", arg=DEPTH
    )


def test_play_lets_the_flow_run_and_the_iterates_jump(visit, app):
    page = visit(f"{app}/steady_states")
    settled(page, TIME)
    still = page.locator(TIME).first.text_content()
    assert still.startswith("t = 8.00: the flow is at 0.7391")
    watch(page, ".st-key-flow-field", TIME)
    press(page, ".st-key-flow-field", "Play")
    page.wait_for_function(
        "t => window.seen.length > 15 && window.seen.at(-1) === t", arg=still, timeout=20_000
    )
    assert page.evaluate("window.places.size") > 5


def test_best_sets_the_step_and_the_link_keeps_it(visit, app):
    page = visit(f"{app}/steady_states?part=Euler+step")
    settled(page, ".st-key-costs .main-svg")
    driver.click(page, "best")
    page.get_by_text("settles after 5 steps").wait_for()
    page.wait_for_url("**h=0.5975**")
    again = visit(page.url)
    again.get_by_text("settles after 5 steps").wait_for()


def test_a_task_sets_page_and_link(visit, app):
    page = visit(f"{app}/steady_states")
    settled(page, TIME)
    page.get_by_text("Too much gain", exact=True).click()
    page.get_by_text("more layers never settle").wait_for()
    page.wait_for_url("**gain=2**")
    again = visit(page.url)
    again.get_by_text("more layers never settle").wait_for()


@pytest.mark.parametrize("part", ["Flow", "Euler+step", "Why+an+ODE", "Depth"])
def test_each_section_fits_a_phone(visit, app, part):
    page = visit(f"{app}/steady_states?part={part}", viewport={"width": 390, "height": 844})
    settled(page, ".js-plotly-plot .main-svg")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    assert not driver.beyond(page, 390)
