"""The numbers of a hall: who is where, how long answers take, how many runs go on.

Servers that share a folder of runs write theirs into it. A key, printed at the start, opens the
view on the Tour page: whoever has the link of a lesson need not see how it goes.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from pages.parts.look import hero
from pages.parts.runs import registry
from pages.parts.runs.run import write_json
from pages.parts.runs.store import NUMBERS, VARIABLE
from pages.parts.shared import pace, presence
from pages.parts.shared.fragments import again

QUERY = "hall"
KEY = os.environ.get("DEQ_HALL_KEY") or secrets.token_urlsafe(9)
"""What opens the view: the same for all servers of a hall."""
WRONG_KEY = (
    "This key is not the one that the server printed when it started. The terminal that runs the "
    "app shows the address."
)
EVERY = 2.0
"""Seconds between two writings."""


@dataclass(frozen=True)
class Numbers:
    """The numbers of one server, or of several.

    Attributes
    ----------
    pages : dict
        How many tabs show each page.
    answers : list of float
        Seconds that the digits of the last minutes took.
    """

    pages: dict[str, int]
    answers: list[float]


def numbers() -> Numbers:
    """Those of all servers that live."""
    store = registry.pool().store
    pages, answers = Counter(presence.pages()), pace.answers()
    for path in (store.folder / NUMBERS).glob("*"):
        with contextlib.suppress(OSError, ValueError, TypeError):
            if path.name != store.server and store.lives(path.name):
                other = Numbers(**json.loads(path.read_text("utf-8")))
                pages += Counter(other.pages)
                answers += other.answers
    return Numbers(dict(pages), answers)


def runs() -> tuple[int, int]:
    """How many runs go on, and how many wait."""
    pool = registry.pool()
    states = [run.state for run in pool.store.all(pool)]
    return sum(state in ("starting", "running") for state in states), states.count("waiting")


def report() -> None:
    """Say where the view is; and write this server's numbers for the others while it lives."""
    if not os.environ.get("DEQ_HALL_KEY"):
        path = f"{st.get_option('server.baseUrlPath')}/tour?{QUERY}={KEY}".lstrip("/")
        print(f"  Teacher's view: http://localhost:{st.get_option('server.port')}/{path}")
    if os.environ.get(VARIABLE):
        threading.Thread(target=_write_all_the_time, daemon=True).start()


def _write_all_the_time() -> None:
    while True:
        time.sleep(EVERY)
        with contextlib.suppress(OSError):
            write()


def write() -> None:
    """Write this server's numbers where the others find them."""
    store = registry.pool().store
    (store.folder / NUMBERS).mkdir(exist_ok=True)
    mine = Numbers(presence.pages(), pace.answers())
    write_json(store.folder / NUMBERS / store.server, asdict(mine))


def view() -> None:
    """The numbers on the page, for whoever has the key; nothing for all others."""
    asked = st.query_params.get(QUERY)
    if asked is None:
        return
    st.header("The hall", anchor=False)
    if not secrets.compare_digest(asked.encode(), KEY.encode()):
        st.info(WRONG_KEY, icon=":material/key_off:")
        return
    again(_shown, EVERY)


def _shown() -> None:
    now, (going, waiting) = numbers(), runs()
    with st.container(key="hall-numbers"):
        hero.readouts(readouts(now, going, waiting))
    st.caption(on_pages(now.pages))
    st.caption(
        "All servers together. Tabs that were closed count for two minutes more. Times are the "
        "server's, of the last five minutes; slow is what one answer in twenty exceeds."
    )


def readouts(now: Numbers, going: int, waiting: int) -> dict[str, str]:
    """The numbers by their names.

    Examples
    --------
    >>> for name, value in readouts(Numbers({"Tour": 2}, [0.03, 0.05]), going=1, waiting=0).items():
    ...     print(f"{name}: {value}")
    Open tabs: 2
    Digits a minute: 0.4
    Digit after: 40 ms
    Slow: 49 ms
    Training runs: 1
    Waiting: 0
    >>> readouts(Numbers({}, [0.03] * 6000), going=0, waiting=0)["Digits a minute"]
    '1,200'
    """
    rate, taken = 60 * len(now.answers) / pace.REMEMBERED, ["–", "–"]
    if now.answers:
        taken = [f"{1000 * seconds:.0f} ms" for seconds in np.quantile(now.answers, [0.5, 0.95])]
    return {
        "Open tabs": str(sum(now.pages.values())),
        "Digits a minute": f"{rate:.1f}" if rate < 10 else f"{rate:,.0f}",
        "Digit after": taken[0],
        "Slow": taken[1],
        "Training runs": str(going),
        "Waiting": str(waiting),
    }


def on_pages(pages: Mapping[str, int]) -> str:
    """Which pages are open, the most visited first.

    Examples
    --------
    >>> on_pages({"Tour": 1, "Draw a digit": 28})
    'Draw a digit 28 · Tour 1'
    """
    often = sorted(pages.items(), key=lambda item: (-item[1], item[0]))
    return " · ".join(f"{page} {count}" for page, count in often)
