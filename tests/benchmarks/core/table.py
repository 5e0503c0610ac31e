"""What every part of the benchmarks needs: interleaved timing, bars, tables."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import torch

# A timing shorter than this is repeated within one sample until it is as long.
_SAMPLE_SECONDS = 0.01

Samples = Mapping[str, Sequence[float]]


def settle_memory() -> None:
    """Hold a large tensor and free it, as whoever trains has done.

    Until then the C library hands freed memory back to the system sooner, and by chance: who takes
    and returns a megabyte in each call pays for its page faults, torchdeq's Broyden with a third of
    its time.
    """
    torch.ones(31 * 2**18)  # 31 MiB, which glibc learns from; of more than 32 it does not


def interleaved(contestants: Mapping[str, Callable[[], object]], times: int) -> Samples:
    """Seconds per call of each contestant, ``times`` samples each, in turn.

    In turn, so that whatever slows the machine for a while slows all of them: compare samples of
    one round only, as ``ratio`` does. Every contestant runs twice before the clock starts.
    """
    repeats = {}
    for name, call in contestants.items():
        call()
        begin = time.perf_counter()
        call()
        once = time.perf_counter() - begin
        repeats[name] = max(1, math.ceil(_SAMPLE_SECONDS / once))
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    gc.collect()
    gc.disable()
    try:
        for _ in range(times):
            for name, call in contestants.items():
                begin = time.perf_counter()
                for _ in range(repeats[name]):
                    call()
                samples[name].append((time.perf_counter() - begin) / repeats[name])
    finally:
        gc.enable()
    return samples


def ratio(samples: Samples, ours: str, theirs: str) -> float:
    """Median over the rounds of ours / theirs."""
    pairs = zip(samples[ours], samples[theirs], strict=True)
    return statistics.median(a / b for a, b in pairs)


def micro(samples: Samples, name: str) -> str:
    """Median time of a contestant, for people."""
    seconds = statistics.median(samples[name])
    return f"{seconds * 1e3:.2f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def against(value: float, bar: float | None, digits: int = 2) -> str:
    """Show a value beside the bar that it should not exceed; a missed bar is marked."""
    if bar is None or math.isnan(value):
        return f"{value:.{digits}f}"
    sign, mark = ("≤", "") if value <= bar else (">", "  MISSED")
    return f"{value:.{digits}f} {sign} {bar:g}{mark}"


def show(title: str, notes: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print one table, columns as wide as what is in them."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    print(f"\n== {title}\n{notes}\n")
    for number, line in enumerate(lines):
        print("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * w for w in widths))
    print(flush=True)
