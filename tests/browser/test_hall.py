"""A hall of two replicas behind HAProxy: who is where, what a killed replica takes with it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import driver, servers
from tests.browser.driver import click, reads, run_says

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def hall(haproxy):
    with servers.hall() as opened:
        yield opened


@pytest.fixture
def visitor(browser):
    """A function that opens a page as a new visitor."""
    contexts = []

    def opened(address, path):
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}))
        page = contexts[-1].new_page()
        driver.open_page(page, f"{address}/{path}")
        return page

    yield opened
    for context in contexts:
        context.close()


def replica_of(page):
    """Number of the replica that the visitor's cookie names, from 0."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return int(cookies["deq-replica"]) - 1


def on_both(visitor, address, path):
    """Pages of two visitors who are at different replicas."""
    first = visitor(address, path)
    for _ in range(6):
        second = visitor(address, path)
        if replica_of(second) != replica_of(first):
            return first, second
    raise AssertionError("all visitors came to the same replica")


def kill_replica_of(page, ports):
    """Kill the visitor's replica, and wait until the page is connected again, wherever that is."""
    page.evaluate(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            window.connected = () => app.dataset.testConnectionState === 'CONNECTED';
            window.dropped = false;
            new MutationObserver(() => { window.dropped ||= !window.connected(); })
                .observe(app, { attributes: true });
        }"""
    )
    assert page.evaluate("window.connected()")
    servers.kill_server(ports[replica_of(page)])
    page.wait_for_function("window.dropped && window.connected()", timeout=60_000)
    page.wait_for_selector(driver.IDLE)


def test_a_killed_replica_costs_its_visitors_nothing_they_drew_or_chose(hall, visitor):
    address, ports = hall
    mine, other = on_both(visitor, address, "draw?solver=Anderson")
    for page, name in ((mine, "0 by writer 15"), (other, "4 by writer 15")):
        driver.clear(page)
        driver.draw(page, driver.drawings()[name])
        reads(page, name[0])
        page.wait_for_function("location.search.includes('ink')")
    kill_replica_of(mine, ports)
    reads(mine, "0")
    expect(mine.get_by_role("combobox", name="Solver")).to_have_value("Anderson")
    driver.clear(mine)
    driver.draw(mine, driver.drawings()["7 by writer 15"])
    reads(mine, "7")
    reads(other, "4")  # and nobody else has noticed


def test_a_run_is_seen_at_the_other_replica_and_goes_on_there_if_its_own_is_killed(hall, visitor):
    address, ports = hall
    mine, other = on_both(visitor, address, "training?epochs=30")
    click(mine, "train-start")
    mine.wait_for_url("**run=*")
    other.goto(mine.url)
    run_says(other, "Training")
    expect(other.get_by_text("Started by another visitor")).to_be_visible()
    kill_replica_of(mine, ports)
    run_says(other, "[Ss]topped")
    click(mine, "train-resume")
    run_says(mine, "Training")
    run_says(other, "Training")
    click(mine, "train-stop")
    run_says(other, "[Ss]topped")


def test_the_teacher_sees_the_numbers_of_both_replicas(hall, visitor):
    address, _ = hall
    mine, _ = on_both(visitor, address, "gradients")
    teacher = mine.context.new_page()
    driver.open_page(teacher, f"{address}/tour?hall={servers.HALL_KEY}")
    numbers = teacher.locator(".st-key-hall-numbers")
    expect(numbers).to_contain_text("Open tabs")
    expect(numbers).to_contain_text("Training runs")
    # Both replicas' tabs, once the other one has written its numbers.
    expect(teacher.get_by_text(re.compile("Gradients [2-9]"))).to_be_visible()
