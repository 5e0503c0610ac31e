"""The Training lab: start a run, watch it, stop it, resume it, and draw for the trained model."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import METRIC, clear, click, draw, drawings, reads, run_says

pytestmark = pytest.mark.browser
FIGURE = ".st-key-train-loss .js-plotly-plot"
TIMEOUT = 60_000
LOSS = """() => {
    for (const metric of document.querySelectorAll('[data-testid="stMetric"]')) {
        const [label, value] = metric.innerText.split("\\n").filter(Boolean);
        if (label === "Loss") return parseFloat(value);
    }
}"""


def loss_falls_below(page, limit):
    page.wait_for_function(f"limit => ({LOSS})() < limit", arg=limit, timeout=TIMEOUT)


def test_a_run_is_watched_stopped_resumed_and_its_model_used(visit, app):
    page = visit(f"{app}/training?epochs=150")
    page.wait_for_selector(FIGURE)
    run_says(page, "A finished run, as an example")
    click(page, "train-start")
    run_says(page, "Training: step")
    loss_falls_below(page, 1.0)
    # Below this loss the model reads a clear zero.
    loss_falls_below(page, min(0.3, 0.5 * page.evaluate(LOSS)))
    page.reload()  # the address contains the run
    run_says(page, "Training: step")
    click(page, "train-stop")
    run_says(page, "Stopped at step")
    page.wait_for_selector(".st-key-confusion .js-plotly-plot")
    click(page, "train-resume")
    run_says(page, "Training: step")
    click(page, "train-stop")
    run_says(page, "Stopped at step")
    page.wait_for_selector(".st-key-use-model button:enabled")
    click(page, "use-model")
    page.wait_for_url("**/draw**")
    page.wait_for_selector(".st-key-own-model")
    clear(page)
    draw(page, drawings()["0 by writer 15"])
    reads(page, "0", TIMEOUT)
    click(page, "drop-model")
    page.wait_for_selector(".st-key-own-model", state="detached")
    reads(page, "0", TIMEOUT)


def test_tabs_follow_a_run_and_only_its_visitor_stops_it(visit, app):
    one = visit(f"{app}/training?epochs=150&seed=2")
    one.wait_for_selector(FIGURE)
    click(one, "train-start")
    run_says(one, "Training: step")
    two, other = visit(one.url), visit(one.url, fresh=True)
    run_says(other, "Training: step")
    other.get_by_text("Started by another visitor: you can watch.").wait_for()
    assert two.get_by_text("Started by another visitor").count() == 0
    click(two, "train-stop")  # the same visitor in another tab
    for page in (one, two, other):
        run_says(page, "Stopped at step")
    click(one, "train-resume")
    for page in (one, two, other):
        run_says(page, "Training: step")
    assert other.locator(".st-key-train-stop, .st-key-train-resume").count() == 0
    two.reload()
    run_says(two, "Training: step")
    click(two, "train-stop")  # a reload leaves the run to its visitor
    run_says(one, "Stopped at step")


def test_a_mistake_opens_on_the_draw_page_and_accepts_strokes(visit, app):
    page = visit(f"{app}/training")
    page.wait_for_selector(FIGURE)
    page.locator(".st-key-mistake-0 button").first.click()
    page.wait_for_url("**/draw**")
    seen = ".st-key-seen img"
    page.wait_for_selector(seen)
    page.wait_for_function("() => document.querySelector('.st-key-undo button:enabled')")
    digit = page.locator(seen).get_attribute("src")
    expect(page.locator(METRIC)).to_have_text(re.compile("^[0-9]$"))
    # The Draw page's own default solver, not the lab's.
    expect(page.locator(".st-key-solver input")).to_have_value("ODE dopri5")
    draw(page, [[[20, 20], [260, 20]]])  # one more stroke: undo removes it, and the digit stays
    page.wait_for_function(
        "([s, src]) => document.querySelector(s).src !== src",
        arg=[seen, page.evaluate("s => document.querySelector(s).src", seen)],
    )
    click(page, "undo")
    page.wait_for_function(
        "([s, src]) => document.querySelector(s).getAttribute('src') === src", arg=[seen, digit]
    )


def test_a_phone_shows_mistakes_in_rows(visit, app):
    page = visit(f"{app}/training", viewport={"width": 390, "height": 844})
    page.wait_for_selector(".st-key-mistake-3")
    # Read all at once: the page above them may still grow.
    top = page.evaluate(
        "() => [0, 1, 2, 3].map("
        "k => document.querySelector(`.st-key-mistake-${k}`).getBoundingClientRect().y)"
    )
    assert top[0] == top[1] == top[2] < top[3]
