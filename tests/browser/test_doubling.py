"""The y = 2x page in a real browser: start, watch, stop, play again, come back."""

import re

import pytest

pytestmark = pytest.mark.browser
STATUS = ".st-key-train-status"
CAPTION = ".st-key-train-loss .subplot.x9y9 .textpoint text"


def press(page, key):
    page.locator(f".st-key-{key} button").click()


def says(page, pattern, patience=60_000):
    page.wait_for_function(
        "([s, p]) => new RegExp(p).test(document.querySelector(s)?.textContent || '')",
        arg=[STATUS, pattern],
        timeout=patience,
    )


def test_a_run_is_started_learns_and_is_found_again_after_a_refresh(visit, app):
    page = visit(f"{app}/doubling?seed=3")
    page.wait_for_selector(CAPTION)
    says(page, "A finished run, as an example")
    press(page, "train-start")
    says(page, "Finished: 400 epochs")
    page.wait_for_url("**run=*")
    page.wait_for_selector(CAPTION)
    answer = page.locator('[data-testid="stMetricValue"]').first.inner_text()
    assert abs(float(answer.replace("−", "-")) + 10) < 0.05
    page.reload()
    page.wait_for_selector(CAPTION)
    says(page, "Finished: 400 epochs")


def test_the_loss_falls_while_it_is_watched_and_stop_keeps_what_was_learnt(visit, app):
    page = visit(f"{app}/doubling?epochs=5000&seed=4&rate=0.01")
    page.wait_for_selector(CAPTION)
    press(page, "train-start")
    says(page, "Training: epoch \\d+ of 5000")
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
    press(page, "train-stop")
    says(page, "Stopped after epoch \\d+", patience=10_000)
    page.wait_for_selector(CAPTION)
    assert re.match(r"epoch \d+: asked −5", page.locator(CAPTION).first.text_content())
    assert page.locator(".st-key-train-stop button").is_disabled()
    page.wait_for_selector(".st-key-train-start button:enabled")


def test_the_epochs_can_be_played(visit, app):
    page = visit(f"{app}/doubling")
    page.wait_for_selector(CAPTION)
    still = page.locator(CAPTION).first.text_content()
    assert still.startswith("epoch 400")
    page.locator(".st-key-train-loss .updatemenu-button").filter(has_text="Reset").click()
    page.wait_for_function(
        "s => document.querySelector(s)?.textContent.startsWith('epoch 0')", arg=CAPTION
    )
    page.locator(".st-key-train-loss .updatemenu-button").filter(has_text="Play").first.click()
    page.wait_for_function(
        "([s, t]) => document.querySelector(s)?.textContent === t", arg=[CAPTION, still]
    )


def test_a_start_without_an_equilibrium_fails_in_words(visit, app):
    page = visit(f"{app}/doubling?seed=25&constrained=false&solver=Picard")
    page.wait_for_selector(CAPTION)
    press(page, "train-start")
    says(page, "The run failed. After 0 epochs the states ran away")
    page.wait_for_selector(".st-key-train-start button:enabled")
