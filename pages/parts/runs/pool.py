"""All training runs of a server: those that train, those that wait, those that have ended.

Training on a thread of the server would slow every page down. So each run has a process of its own;
a few run at once, the others wait in a queue. The executors of the standard library do not fit:
their calls return once, while a run reports all the time and can be stopped.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from pathlib import Path

from pages.parts.runs.run import Refused, Run, State
from pages.parts.runs.worker import Worker

AT_ONCE = min(2, os.cpu_count() or 1)
"""Runs at a time. Each has one thread and a low priority."""
EACH = 3
"""Runs of one visitor that may go on or wait at a time."""
KEPT = 40
"""Finished runs that are remembered."""
ABANDONED = 120.0
"""Seconds after which a run that no page reads is stopped. A sleeping tab does not read."""
GRACE = 3.0
"""Seconds between "stop" and the end of the process by force."""


def _key(kind: str, config: Mapping[str, object]) -> str:
    return json.dumps([kind, dict(config)], sort_keys=True)


class Pool:
    """Runs, workers and the queue. Every method may be called from any thread.

    The parameters are those of the constants above.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        each: int = EACH,
        kept: int = KEPT,
        abandoned: float = ABANDONED,
        grace: float = GRACE,
    ) -> None:
        self.at_once, self.each, self.kept = at_once, each, kept
        self.abandoned, self.grace = abandoned, grace
        self.folder = Path(tempfile.mkdtemp(prefix="deq-runs-"))
        self._lock = threading.RLock()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._queue: deque[Run] = deque()
        self._busy: list[Run] = []
        self._idle: Worker | None = None
        self._closed = False
        self._watch: threading.Thread | None = None

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
            same = [r for r in self._runs.values() if _key(r.kind, r.config) == key]
            for run in same:
                if run.visitor == visitor and run.live:
                    return run
            run = Run(self, kind, config, visitor, self.folder)
            finished = [r for r in same if r.state == "done"]
            if finished:
                run.records, run.folder = finished[0].records, finished[0].folder
                run.state, run.shared = "done", True
            else:
                self._enqueue(run)
            self._runs[run.id] = run
            self._forget()
            self._schedule()
            return run

    def resume(self, run: Run) -> None:
        """Go on from the last checkpoint. Raises `Refused` if the visitor has too many runs."""
        with self._lock:
            if run.resumable:
                self._enqueue(run)
                run.state, run.why, run.stopping = "waiting", "", False
                run.by_itself = False
                run.seen = time.monotonic()
                self._schedule()

    def _enqueue(self, run: Run) -> None:
        mine = [r for r in self._runs.values() if r.visitor == run.visitor and r.live]
        if len(mine) >= self.each:
            raise Refused(
                f"{len(mine)} runs of yours go on or wait already. Stop one of them, or wait."
            )
        self._queue.append(run)

    def find(self, run_id: str) -> Run | None:
        """The run of that id, if it is still remembered; notes that a page reads it."""
        run = self._runs.get(run_id)
        if run is not None:
            run.seen = time.monotonic()
        return run

    def position(self, run: Run) -> int:
        """Place of a run in the queue, from 1; 0 if it does not wait."""
        with self._lock:
            return self._queue.index(run) + 1 if run in self._queue else 0

    def stop(self, run: Run) -> None:
        """End a run; see `Run.stop`."""
        with self._lock:
            if run in self._queue:
                self._queue.remove(run)
                run.state = "stopped"
                return
            worker = run.worker
            if not run.live or run.stopping:
                return
            run.stopping = True
            if worker is not None:
                worker.stop()
        timer = threading.Timer(self.grace, self._force, (run,))
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """End all workers and remove what they kept."""
        with self._lock:
            self._closed = True
            self._queue.clear()
            idle, self._idle = self._idle, None
            for run in self._busy:  # its own thread closes the worker
                run.stopping = True
                if run.worker is not None:
                    run.worker.kill()
        if idle is not None:
            idle.kill()
            idle.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _schedule(self) -> None:
        while self._queue and len(self._busy) < self.at_once and not self._closed:
            run = self._queue.popleft()
            run.state = "starting"
            self._busy.append(run)
            threading.Thread(target=self._drive, args=(run,), daemon=True).start()
        if self._busy and (self._watch is None or not self._watch.is_alive()):
            self._watch = threading.Thread(target=self._abandon, daemon=True)
            self._watch.start()

    def _drive(self, run: Run) -> None:
        """Read the records of a run, on a thread of its own."""
        with self._lock:
            if self._closed:
                run.state = "stopped"
                self._busy.remove(run)
                return
            idle, self._idle = self._idle, None
            worker = idle if idle is not None and idle.alive else Worker()
            run.worker = worker
        ended: State | None = None
        for record in worker.train(run.kind, run.config, run.folder):
            if record["stage"] == "failed":
                ended, run.why = "failed", record["why"]
                run.by_itself = record.get("by_itself", False)
                continue
            if run.stopping and run.state == "starting":
                worker.stop()  # "stop" came before there was a worker
            run.records.append(record)
            run.state = "running"
            if record["stage"] in ("stopped", "done"):
                ended = record["stage"]
        if ended is None:  # the process ended before the run did
            ended = "stopped" if run.stopping else "failed"
            run.why = f"The run ended early: {worker.how_it_ended()}."
        with self._lock:
            run.state, run.worker = ended, None
            self._busy.remove(run)
            spare = worker.alive and self._idle is None and not self._closed
            if spare:
                self._idle = worker
            self._schedule()
        if not spare:
            worker.close()
            self.warm()

    def _force(self, run: Run) -> None:
        with self._lock:
            if run.live and run.stopping and run.worker is not None:
                run.worker.kill()

    def _abandon(self) -> None:
        """Stop runs that no page has read for long; ends with the last run."""
        while True:
            time.sleep(min(5.0, self.abandoned / 4))
            with self._lock:
                late = time.monotonic() - self.abandoned
                left = [r for r in self._runs.values() if r.live]
            for run in left:
                if run.seen < late:
                    self.stop(run)
            if not left or self._closed:
                return

    def _forget(self) -> None:
        """Forget the oldest finished runs."""
        finished = [r for r in self._runs.values() if not r.live]
        for run in finished[: max(0, len(finished) - self.kept)]:
            del self._runs[run.id]
            if not any(other.folder == run.folder for other in self._runs.values()):
                shutil.rmtree(run.folder, ignore_errors=True)
