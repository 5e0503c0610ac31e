"""The app under a sub-path, as behind a proxy that serves other things at the root.

No request may leave the sub-path: there, somebody else would answer.
"""

import re
import urllib.request

import pytest

from tests.browser import driver, servers
from tests.browser.driver import click, reads, run_says

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def app():
    with servers.server(path="lesson") as address:
        yield address


@pytest.fixture
def visit(visit, app):
    """Open a page that never leaves the app's address."""
    return lambda address, **options: visit(address, within=app, **options)


def downloaded(page, key, folder):
    """The file behind this button."""
    with page.expect_download() as download:
        click(page, key)
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_the_cookie_is_for_the_sub_path_only(app):
    request = urllib.request.Request(f"{app}/draw", headers={"Accept": "text/html"})  # noqa: S310
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        (cookie,) = answer.headers.get_all("Set-Cookie")
    assert cookie.startswith("deq-visitor=")
    assert "Path=/lesson;" in cookie


def test_the_pad_is_read_along(visit, app):
    page = visit(f"{app}/draw")
    reads(page, "3")
    driver.clear(page)
    with page.expect_response(f"{app}/reading/*") as reading:
        driver.draw(page, driver.drawings()["0 by writer 15"])
    assert reading.value.ok
    reads(page, "0")


def test_links_buttons_and_files_of_the_pages(visit, app, tmp_path):
    page = visit(app)
    click(page, "to-draw")
    page.wait_for_url(f"{app}/draw")
    page.get_by_role("link", name="The idea").click()
    page.wait_for_url(f"{app}/")
    page.wait_for_selector(".st-key-cobweb-chart")

    page = visit(f"{app}/draw?example=7&tour=5")
    reads(page, "7")
    page.wait_for_selector(driver.IDLE)
    page.get_by_role("button", name="Picard in place of the ODE").click()
    page.wait_for_url(f"{app}/draw?**solver=Picard**")
    page.wait_for_selector('.st-key-readouts:has-text("Picard")')
    page.reload()
    page.wait_for_selector('.st-key-readouts:has-text("Picard")')
    page.wait_for_selector(driver.IDLE)
    assert downloaded(page, "download-csv", tmp_path).read_text("utf-8").startswith("t,")
    assert "<html" in downloaded(page, "download-html", tmp_path).read_text("utf-8")
    page.locator(".tour-next").click()
    page.wait_for_url(f"{app}/solvers?**example=7**")
    page.wait_for_selector(".st-key-race .main-svg")


def test_a_run_has_a_link_its_visitor_and_its_files(visit, app, tmp_path):
    one = visit(f"{app}/training?epochs=150")
    click(one, "train-start")
    one.wait_for_url(re.compile(f"{app}/training.*run="))
    run_says(one, "Training: step")
    one.reload()
    run_says(one, "Training: step")
    click(one, "train-stop")
    run_says(one, "Stopped at step")
    one.wait_for_selector(".st-key-train-resume")
    other = visit(one.url, fresh=True)
    run_says(other, "Stopped at step")
    other.get_by_text("Started by another visitor: you can watch.").wait_for()
    assert other.locator(".st-key-train-resume").count() == 0
    assert downloaded(one, "download-csv", tmp_path).read_text("utf-8").startswith("step,")
    weights = downloaded(one, "download-weights", tmp_path)
    other.locator(".st-key-bring input").set_input_files(weights)
    click(other, "draw-brought")
    other.wait_for_url(f"{app}/draw")
    other.wait_for_selector(".st-key-own-model")
