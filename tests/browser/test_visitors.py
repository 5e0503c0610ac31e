"""Many visitors draw at the same time, and each gets the answer to their own drawing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.visitors_latency import drawings_of, visit

pytestmark = pytest.mark.browser  # it needs the server, but no browser


def test_everyone_in_a_class_is_shown_their_own_digit(app):
    own = [drawings_of(number) for number in range(6)]
    with ThreadPoolExecutor(1) as other:  # Playwright, once started, has a loop in this thread
        run = other.submit(asyncio.run, visit(app, own, seconds=3, think=0.2))
    outcome = run.result()
    assert len(outcome.answers) >= len(own)
    assert outcome.wrong == 0
