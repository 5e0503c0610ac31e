"""The y = 2x page: start a run, watch it, stop it, play its epochs, and reload the page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import caption_starts, click, press_player, run_says

pytestmark = pytest.mark.browser
CAPTION = ".st-key-train-loss .subplot.x9y9 .textpoint text"


def test_a_run_learns_and_is_found_again_after_a_refresh(visit, app):
    page = visit(f"{app}/doubling?seed=3")
    page.wait_for_selector(CAPTION)
    run_says(page, "A finished run, as an example")
    click(page, "train-start")
    run_says(page, "Finished: 400 epochs")
    page.wait_for_url("**run=*")
    page.wait_for_selector(CAPTION)
    answer = page.locator('[data-testid="stMetricValue"]').first.inner_text()
    assert abs(float(answer.replace("−", "-")) + 10) < 0.05
    page.reload()
    page.wait_for_selector(CAPTION)
    run_says(page, "Finished: 400 epochs")


def test_the_loss_falls_during_a_run_and_stop_keeps_the_result(visit, app):
    page = visit(f"{app}/doubling?epochs=5000&seed=4&rate=0.01")
    page.wait_for_selector(CAPTION)
    click(page, "train-start")
    run_says(page, "Training: epoch \\d+ of 5000")
    # The first records may hold no loss yet: the metric is then a dash.
    first = page.wait_for_function(
        """s => {
            const all = document.querySelectorAll(s);
            const loss = all.length > 1 && parseFloat(all[1].innerText.replace('−', '-'));
            return Number.isFinite(loss) && loss > 0 ? loss : null;
        }""",
        arg='[data-testid="stMetricValue"]',
        timeout=30_000,
    ).json_value()
    page.wait_for_function(
        """([s, first]) => {
            const all = document.querySelectorAll(s);
            return all.length > 1 && parseFloat(all[1].innerText.replace('−', '-')) < first;
        }""",
        arg=['[data-testid="stMetricValue"]', first],
        timeout=30_000,
    )
    click(page, "train-stop")
    run_says(page, "Stopped after epoch \\d+", timeout=10_000)
    page.wait_for_selector(CAPTION)
    expect(page.locator(CAPTION).first).to_have_text(re.compile(r"^epoch \d+: asked −5"))
    expect(page.locator(".st-key-train-stop button")).to_be_disabled()
    page.wait_for_selector(".st-key-train-start button:enabled")


def test_the_epochs_can_be_played(visit, app):
    page = visit(f"{app}/doubling")
    page.wait_for_selector(CAPTION)
    still = page.locator(CAPTION).first.text_content()
    assert still.startswith("epoch 400")
    press_player(page, "train-loss", "Reset")
    caption_starts(page, CAPTION, "epoch 0")
    press_player(page, "train-loss", "Play")
    page.wait_for_function(
        "([s, t]) => document.querySelector(s)?.textContent === t", arg=[CAPTION, still]
    )


def test_a_task_starts_its_run_and_one_without_an_equilibrium_says_so(visit, app):
    page = visit(f"{app}/doubling")
    page.wait_for_selector(CAPTION)
    click(page, "try-1")
    run_says(page, "The run failed. After 0 epochs the states ran away")
    page.wait_for_selector(".st-key-train-start button:enabled")
    expect(page.locator(".st-key-asked")).to_contain_text("An unlucky start")
    expect(page.locator(".st-key-prints")).to_contain_text("After 0 epochs the states ran away")


def test_a_slow_browser_does_not_undo_what_a_task_has_set(visit, app, late_browser):
    page = visit(f"{app}/doubling", route=late_browser)
    page.wait_for_selector(CAPTION)
    click(page, "try-1")
    run_says(page, "The run failed. After 0 epochs the states ran away")
    expect(page.locator(".st-key-prints")).to_contain_text("After 0 epochs the states ran away")
    expect(page.locator(".st-key-seed input")).to_have_value("25")
