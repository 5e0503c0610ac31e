"""Many visitors draw at the same time, and each gets the answer to their own drawing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.visitors_latency import drawings_of, visit

pytestmark = pytest.mark.browser  # it needs the server, but no browser


def test_each_visitor_sees_their_own_digit(app):
    own = [drawings_of(number) for number in range(6)]
    with ThreadPoolExecutor(1) as other:  # this thread already runs Playwright's event loop
        run = other.submit(asyncio.run, visit(app, own, seconds=3, think=0.2, live=False))
    outcome = run.result()
    assert len(outcome.answers) >= len(own)
    assert outcome.wrong == 0
