"""The training runs of a server: those that it trains, those of them that wait.

Training on a thread of the server would slow every page down. So each run has a process of its own;
a few run at once, the others wait in a queue. Servers that share a folder share the places and the
queue: whoever has the run that waits longest takes the next place. The executors of the standard
library do not fit: their calls return once, while a run reports all the time and can be stopped.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock

from pages.parts.runs.forecast import forecast
from pages.parts.runs.run import Refused, Run, Standing
from pages.parts.runs.store import Store
from pages.parts.runs.trained import trained
from pages.parts.runs.worker import Worker

EACH = 3
"""Runs of one visitor that may go on or wait at a time."""
KEPT = 40
"""Finished runs that are remembered."""
ABANDONED = 120.0
"""Seconds after which a run that no page reads is stopped. A sleeping tab does not read."""
GRACE = 3.0
"""Seconds between "stop" and the end of the process by force."""
_LOOK = 0.1
"""Seconds between two looks at places and at words left by other servers."""


def places(servers: int) -> int:
    """How many runs may go on at a time: a core for each, but those of the servers; at least two.

    Each run has one thread and a low priority.
    """
    cores = os.cpu_count() or 1
    return max(min(2, cores), cores - servers)


def _key(kind: str, config: Mapping[str, object]) -> str:
    return json.dumps([kind, dict(config)], sort_keys=True)


@dataclass
class _Own:
    """A run that this server trains, or will."""

    run: Run
    thread: threading.Thread | None = None
    worker: Worker | None = None
    told: float = 0.0  # when the worker was first told to stop


class Pool:
    """Runs, workers and the queue. Every method may be called from any thread.

    Parameters
    ----------
    at_once : int, optional
        Runs at a time, in all servers that share the folder; by default `places`.
    each, kept, abandoned, grace
        As the constants above.
    folder : Path, optional
        As for `Store`.
    """

    def __init__(
        self,
        at_once: int | None = None,
        each: int = EACH,
        kept: int = KEPT,
        abandoned: float = ABANDONED,
        grace: float = GRACE,
        folder: Path | None = None,
    ) -> None:
        self._at_once, self.each, self.kept = at_once, each, kept
        self.abandoned, self.grace = abandoned, grace
        self.store = Store(folder)
        self._lock = threading.RLock()
        self._own: dict[str, _Own] = {}
        self._idle: Worker | None = None
        self._closed = False
        self._watch: threading.Thread | None = None
        self.store.forget(kept, self)

    @property
    def at_once(self) -> int:
        """Runs at a time."""
        return self._at_once or places(self.store.servers())

    def warm(self) -> None:
        """Start a worker, which takes a few seconds, before somebody presses Start."""
        with self._lock:
            if not self._closed and (self._idle is None or not self._idle.alive):
                self._idle = Worker()

    def start(self, kind: str, config: Mapping[str, object], visitor: str) -> Run:
        """Train, or wait for a place; `kind` and `config` are those of `deq.training.jobs`.

        A visitor who starts the same run twice gets the one that goes on. Raises `Refused` if the
        visitor has too many runs.
        """
        key = _key(kind, config)
        with self._lock:
            runs = self.store.all(self)
            same = [run for run in runs if _key(run.kind, run.config) == key]
            for run in same:
                if run.visitor == visitor and run.live:
                    return run
            finished = next((r for r in same if r.state == "done" and not r.shared), None)
            if finished is None:
                self._require_room(visitor, runs)
            run = self.store.create(kind, config, visitor, self, finished)
            if finished is None:
                self._keep(run)
            self.store.forget(self.kept, self)
            return run

    def resume(self, run: Run) -> None:
        """Go on from the last checkpoint. Raises `Refused` if the visitor has too many runs."""
        # Two servers may be asked at the same moment.
        with self._lock, FileLock(run.folder / "resume.lock"):
            if run.resumable:
                self._require_room(run.visitor, self.store.all(self))
                run.ask_to_stop(False)
                run.see()
                run.write(Standing("waiting", self.store.server, time.time()))
                self._keep(run)

    def find(self, run_id: str) -> Run | None:
        """The run of that id, if it is still remembered; notes that a page reads it."""
        run = self.store.find(run_id, self)
        if run is not None and run.live:
            run.see()
        return run

    def lives(self, server: str) -> bool:
        """Whether a server has not ended."""
        return self.store.lives(server)

    def position(self, run: Run) -> int:
        """Place of a run in the queue, from 1; 0 if it does not wait."""
        ids = [waiting.id for waiting in self._waiting()]
        return ids.index(run.id) + 1 if run.id in ids else 0

    def wait(self, run: Run) -> float | None:
        """Seconds until a run that waits may begin, about; None if nobody knows."""
        return forecast(run, self.store.all(self), self.at_once)

    def stop(self, run: Run) -> None:
        """End a run; see `Run.stop`."""
        if run.live:
            run.ask_to_stop()
            self._look()

    def close(self) -> None:
        """End all workers; what they trained, and what waits, is stopped."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, None
            own = list(self._own.values())
            for each in own:  # its own thread closes the worker
                with suppress(OSError):
                    each.run.ask_to_stop()
                if each.worker is not None:
                    each.worker.kill()
        if idle is not None:
            idle.kill()
            idle.close()
        for each in own:
            if each.thread is not None:
                each.thread.join(GRACE)
        self.store.close()

    def _require_room(self, visitor: str, runs: list[Run]) -> None:
        live = sum(run.visitor == visitor and run.live for run in runs)
        if live >= self.each:
            raise Refused(f"{live} runs of yours go on or wait already. Stop one of them, or wait.")

    def _keep(self, run: Run) -> None:
        """Take a run that waits into this server's care."""
        self._own[run.id] = _Own(run)
        self._look()
        if self._watch is None or not self._watch.is_alive():
            self._watch = threading.Thread(target=self._watch_all, daemon=True)
            self._watch.start()

    def _watch_all(self) -> None:
        """Look after this server's runs; ends with the last of them."""
        while True:
            time.sleep(_LOOK)
            with self._lock:
                if self._closed or not self._own:
                    self._watch = None
                    return
                self._look()

    def _look(self) -> None:
        """Stop runs that shall stop or that no page reads, and start those whose turn it is."""
        with self._lock:
            for own in list(self._own.values()):
                if own.run.unread > self.abandoned:
                    own.run.ask_to_stop()
                if own.run.stopping:
                    self._stop(own)
            while not self._closed and any(not own.thread for own in self._own.values()):
                first = next(iter(self._waiting()), None)
                if first is None or first.id not in self._own:
                    return
                place = self.store.place(self.at_once)
                if place is None:
                    return
                first.write(replace(first.standing, state="starting"))
                own = self._own[first.id]
                own.thread = threading.Thread(target=self._drive, args=(own, place), daemon=True)
                own.thread.start()

    def _stop(self, own: _Own) -> None:
        if own.run.state == "waiting":
            own.run.write(replace(own.run.standing, state="stopped"))
            del self._own[own.run.id]
        elif own.worker is not None:
            own.told = own.told or time.monotonic()
            own.worker.stop()
            if time.monotonic() - own.told > self.grace:
                own.worker.kill()

    def _waiting(self) -> list[Run]:
        """The queue of all servers."""
        return [run for run in self.store.all(self) if run.state == "waiting"]

    def _drive(self, own: _Own, place: FileLock) -> None:
        """Write down the records of a run, on a thread of its own."""
        run = own.run
        with self._lock:
            idle, self._idle = self._idle, None
            worker = own.worker = idle if idle is not None and idle.alive else Worker()
            if self._closed:
                worker.kill()
        ended = trained(run, worker)
        with self._lock:
            spare = worker.alive and self._idle is None and not self._closed
            if spare:
                self._idle = worker
            del self._own[run.id]
            place.release()
            with suppress(OSError):  # no room, or deleted
                run.write(ended)
            self._look()
        if not spare:
            worker.close()
            self.warm()
