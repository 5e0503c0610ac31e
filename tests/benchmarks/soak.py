"""Whether the server's memory stays level while visitors wander over all pages.

    python tests/benchmarks/soak.py [--visitors 20] [--minutes 60] [--think 2]

A visitor is a websocket that speaks Streamlit's protocol, as in visitors_latency.py. Each opens a
page at random, with up to four of its controls set at random, looks at it for about `think`
seconds, and goes on; after ten pages the visitor leaves and another one comes. No run is started.

Prints the memory of the server (resident, without its worker) every minute; at the end what the
last third of the time needs over the middle third, and how many pages showed an error.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from itertools import chain
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from streamlit.proto.Alert_pb2 import Alert

from pages.parts.shared import settings, widgets
from tests.benchmarks.visitor import Visitor
from tests.benchmarks.visitors_latency import WARM_UP
from tests.browser.servers import process_at, server

PAGES = (
    *("home", "fixed_points", "steady_states", "draw", "solvers"),
    *("inside", "doubling", "gradients", "training", "tour"),
)
STAY = 10
"""Pages that a visitor opens before leaving."""
SAMPLE = 2.0
"""Seconds between two samples of the memory."""


def random_query(page: str, rng: np.random.Generator) -> str:
    """The part of an address that sets up to four controls of a page."""
    table = settings.table_of(page)
    known = {} if table is None else settings.controls(table)
    linked = [key for key, control in known.items() if control.in_link]
    chosen = rng.permutation(linked)[: int(rng.integers(5))]
    return urlencode({key: known[key].text(random_value(known[key], rng)) for key in chosen})


def random_value(control: widgets.Control, rng: np.random.Generator) -> object:
    """One of the values that a control can have."""
    if isinstance(control, widgets.Slider):
        low, high = (float(end) for end in control.ends)
        step = control.step or (high - low) / 100
        value = low + step * int(rng.integers(round((high - low) / step) + 1))
        return int(value) if isinstance(control.default, int) else value
    ends = control.ends
    return ends[int(rng.integers(len(ends)))]


def memory(pid: int) -> float:
    """Resident memory of a process, in MB."""
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in text.splitlines() if "VmRSS" in line) / 1024


async def wander(address: str, until: float, think: float, rng: np.random.Generator) -> list[str]:
    """Visit pages until the time is up; what went wrong, each with its address."""
    errors = []
    await asyncio.sleep(rng.uniform(0, think))
    while time.monotonic() < until:
        visitor = Visitor(address)
        await visitor.connect()
        for _ in range(STAY):
            page = PAGES[int(rng.integers(len(PAGES)))]
            query = random_query(page, rng)
            alerts = await visitor.open("" if page == "home" else page, query)
            errors += [f"{page}?{query}: {text}" for text, kind in alerts if kind == Alert.ERROR]
            await asyncio.sleep(think * rng.uniform(0.5, 1.5))
            if time.monotonic() > until:
                break
        await visitor.socket.close()
    return errors


async def sample(pid: int, until: float) -> list[float]:
    """The memory at regular times; prints one line a minute."""
    found: list[float] = []
    while time.monotonic() < until:
        found.append(memory(pid))
        if len(found) % round(60 / SAMPLE) == 1:
            print(f"{len(found) * SAMPLE / 60:5.0f} min {found[-1]:7.0f} MB", flush=True)
        await asyncio.sleep(SAMPLE)
    return found


async def soak(address: str, pid: int, visitors: int, seconds: float, think: float) -> list[str]:
    """All of them at the same time; prints the figures, and returns what went wrong."""
    until = time.monotonic() + seconds
    samples, *errors = await asyncio.gather(
        sample(pid, until),
        *(
            wander(address, until, think, np.random.default_rng(number))
            for number in range(visitors)
        ),
    )
    third = len(samples) // 3
    middle, last = np.mean(samples[third : 2 * third]), np.mean(samples[2 * third :])
    print(f"middle third {middle:.0f} MB, last third {last:.0f} MB: {last / middle - 1:+.1%}")
    return list(chain.from_iterable(errors))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--think", type=float, default=2)
    options = parser.parse_args()
    with server() as address:
        pid = process_at(int(address.rpartition(":")[2]))
        time.sleep(WARM_UP)
        errors = asyncio.run(
            soak(address, pid, options.visitors, 60 * options.minutes, options.think)
        )
    print(f"{len(errors)} errors")
    print("\n".join(errors[:20]))
    if errors:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
