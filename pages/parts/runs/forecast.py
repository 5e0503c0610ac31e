"""How long a run waits for a place: from what the runs before it have taken so far."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from pages.parts.runs.run import Run


def forecast(run: Run, runs: Sequence[Run], places: int) -> float | None:
    """Seconds until a run that waits may begin; None if nobody knows.

    Runs that have not begun are taken to last as long as others of their kind.

    Parameters
    ----------
    run : Run
        One of `runs`.
    runs : sequence of Run
        All runs, in the order of the queue.
    places : int
        How many go on at a time.
    """
    usual: dict[str, list[float]] = {}
    for other in runs:
        seconds, share = progress(other)
        if seconds > 0 and share > 0:
            usual.setdefault(other.kind, []).append(seconds / share)
    lengths = {kind: sum(all_) / len(all_) for kind, all_ in usual.items()}
    left: list[float | None] = []
    ahead: list[float | None] = []
    for other in runs:
        seconds, share = progress(other)
        if other.state == "running" and seconds > 0 and share > 0:
            left.append(seconds / share - seconds)
        elif other.state in ("starting", "running"):
            left.append(lengths.get(other.kind))
        elif other.state == "waiting" and other.standing.since < run.standing.since:
            ahead.append(lengths.get(other.kind))
    return begins(left, ahead, places)


def begins(
    left: Iterable[float | None], ahead: Iterable[float | None], places: int
) -> float | None:
    """When the next run begins: `left` seconds of those that go on, lengths of those `ahead` of it.

    Examples
    --------
    >>> begins([30, 10], [], places=2), begins([30, 10], [50], places=2), begins([30], [], places=2)
    (10, 30, 0.0)
    >>> begins([30, None], [], places=2) is None
    True
    """
    times = list(left)
    lengths = list(ahead)
    known = [seconds for seconds in times if seconds is not None]
    if len(known) < len(times):
        return None
    free = [0.0] * max(0, places - len(known)) + known
    heapq.heapify(free)
    for length in lengths:
        if length is None:
            return None
        heapq.heappush(free, heapq.heappop(free) + length)
    return free[0]


def progress(run: Run) -> tuple[float, float]:
    """Seconds that a run has taken, and the share of it that they made, 0 to 1."""
    last = run.records[-1] if run.records else {}
    for done, of in (("step", "steps"), ("epoch", "epochs"), ("done", "of")):
        if last.get(of):
            return float(last.get("seconds") or 0.0), float(last[done]) / float(last[of])
    return 0.0, 0.0
