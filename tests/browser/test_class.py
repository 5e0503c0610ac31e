"""A class: many visitors who draw at once, and everyone is answered about their own drawing."""

import asyncio

import pytest

from tests.benchmarks.visitors import crowd, drawings_of

pytestmark = pytest.mark.browser  # for the server; there is no browser in this one


def test_everyone_in_a_class_is_shown_their_own_digit(app):
    own = [drawings_of(number) for number in range(6)]
    outcome = asyncio.run(crowd(app, own, seconds=3, think=0.2))
    assert len(outcome.answers) >= len(own)
    assert outcome.wrong == 0
