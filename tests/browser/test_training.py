"""Train in the lab as a visitor does: start, watch, stop, go on, and draw with what was learnt."""

import pytest

from tests.browser.driver import METRIC, draw, drawings, reads

pytestmark = pytest.mark.browser
STATUS = ".st-key-train-status"
FIGURE = ".st-key-train-loss .js-plotly-plot"
PATIENCE = 60_000
LOSS = """() => {
    for (const metric of document.querySelectorAll('[data-testid="stMetric"]')) {
        const [label, value] = metric.innerText.split("\\n").filter(Boolean);
        if (label === "Loss") return parseFloat(value);
    }
}"""


def press(page, key):
    page.locator(f".st-key-{key} button").first.click()


def says(page, pattern, patience=PATIENCE):
    page.wait_for_function(
        "([s, p]) => new RegExp(p).test(document.querySelector(s)?.textContent || '')",
        arg=[STATUS, pattern],
        timeout=patience,
    )


def falls_below(page, bar):
    page.wait_for_function(f"bar => ({LOSS})() < bar", arg=bar, timeout=PATIENCE)


def test_a_run_is_watched_stopped_resumed_and_drawn_with(visit, app):
    page = visit(f"{app}/training?epochs=150")
    page.wait_for_selector(FIGURE)
    says(page, "A finished run, as an example")
    press(page, "train-start")
    says(page, "Training: step")
    falls_below(page, 1.0)
    falls_below(page, min(0.3, 0.5 * page.evaluate(LOSS)))  # enough to read a neat zero
    page.reload()  # the address knows the run
    says(page, "Training: step")
    press(page, "train-stop")
    says(page, "Stopped at step")
    page.wait_for_selector(".st-key-confusion .js-plotly-plot")
    press(page, "train-resume")
    says(page, "Training: step")
    press(page, "train-stop")
    says(page, "Stopped at step")
    page.wait_for_selector(".st-key-use-model button:enabled")
    press(page, "use-model")
    page.wait_for_url("**/draw**")
    page.wait_for_selector(".st-key-own-model")
    press(page, "clear")
    page.wait_for_selector(f'{METRIC}:has-text("–")')
    draw(page, drawings()["0 by writer 15"])
    reads(page, "0", PATIENCE)
    press(page, "drop-model")
    page.wait_for_selector(".st-key-own-model", state="detached")
    reads(page, "0", PATIENCE)


def test_a_mistake_opens_on_the_draw_page_and_can_be_drawn_upon(visit, app):
    page = visit(f"{app}/training")
    page.wait_for_selector(FIGURE)
    page.locator(".st-key-mistake-0 button").first.click()
    page.wait_for_url("**/draw**")
    seen = ".st-key-seen img"
    page.wait_for_selector(seen)
    page.wait_for_function("() => document.querySelector('.st-key-undo button:enabled')")
    digit = page.locator(seen).get_attribute("src")
    assert page.locator(METRIC).inner_text() in "0123456789"
    # Not the solver that the lab was set to.
    assert page.locator(".st-key-solver input").input_value() == "ODE dopri5"
    draw(page, [[[20, 20], [260, 20]]])  # on top of it: the undo takes this away, not the digit
    page.wait_for_function(
        "([s, src]) => document.querySelector(s).src !== src",
        arg=[seen, page.evaluate("s => document.querySelector(s).src", seen)],
    )
    press(page, "undo")
    page.wait_for_function(
        "([s, src]) => document.querySelector(s).getAttribute('src') === src", arg=[seen, digit]
    )


def test_a_phone_shows_mistakes_in_rows(visit, app):
    page = visit(f"{app}/training", viewport={"width": 390, "height": 844})
    page.wait_for_selector(".st-key-mistake-3")
    # All at one moment: what stands above them is still growing.
    top = page.evaluate(
        "() => [0, 1, 2, 3].map("
        "k => document.querySelector(`.st-key-mistake-${k}`).getBoundingClientRect().y)"
    )
    assert top[0] == top[1] == top[2] < top[3]
