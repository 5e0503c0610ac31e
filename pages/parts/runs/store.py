"""The folder of all runs, which the servers of one app share.

It is named by the environment variable ``DEQ_RUNS``; otherwise each server has a temporary one of
its own. In it are ``runs``, with a folder for each run; ``servers``, with a file that each server
locks for as long as it lives, so that all can tell which runs were interrupted; and ``places``,
with a file for each run that may go on at a time, locked while one does.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from deq.errors import Explained
from pages.parts.runs.run import STATE, WHAT, Keeper, Run, Standing, State, write_json

VARIABLE = "DEQ_RUNS"
NUMBERS = "numbers"
"""Folder in which each server that shares the runs writes how busy it is."""
AGE = 7 * 24 * 3600.0
"""Seconds for which a run that has ended is kept."""
_ADVICE = (
    "Whoever runs the app can name another one in the environment variable DEQ_RUNS, and start it "
    "again."
)
_TEMPORARY = "deq-runs-"
_YOUNG = 60.0  # seconds in which a server has locked its file
_NAME = re.compile(r"[0-9a-f]{12}")
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError)


class RunsFolderError(Explained):
    """Nothing can be written in the folder of runs; ``str(error)`` says why and what to do."""


class Store:
    """The folder, as one server sees it. Every method may be called from any thread.

    Parameters
    ----------
    folder : Path, optional
        By default that of ``DEQ_RUNS``, or a new temporary one, which is deleted in the end.

    Raises
    ------
    RunsFolderError
        If nothing can be written there.
    OSError
        If there is no place for temporary folders.
    """

    def __init__(self, folder: Path | None = None) -> None:
        named = folder or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
        self._temporary = named is None
        if named is None:
            _clean_temporary()
            named = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
        self.folder = named.absolute()
        self.server = uuid.uuid4().hex[:12]
        self._alive = _lock(self.folder / "servers" / self.server)
        try:
            for part in ("runs", "servers", "places"):
                # For this user alone: a run says by which secret name its visitor may stop it.
                (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._alive.acquire()
        except OSError as error:
            raise RunsFolderError(
                f"The folder for training runs cannot be used: {error.strerror}.", _ADVICE
            ) from error
        self._runs: dict[str, Run] = {}
        self._guard = threading.RLock()

    def lives(self, server: str) -> bool:
        """Whether that server has not ended."""
        if server == self.server:
            return self._alive.is_locked
        return _is_locked(self.folder / "servers" / server)

    def servers(self) -> int:
        """How many servers live."""
        return sum(self.lives(path.name) for path in list((self.folder / "servers").iterdir()))

    def create(
        self,
        kind: str,
        config: Mapping[str, object],
        visitor: str,
        pool: Keeper,
        source: Run | None,
    ) -> Run:
        """A new run: it waits, or shares the result of `source`."""
        folder = self.folder / "runs" / uuid.uuid4().hex[:12]
        folder.mkdir()
        state: State = "waiting" if source is None else "done"
        write_json(folder / STATE, asdict(Standing(state, self.server, time.time())))
        what = {"kind": kind, "config": dict(config), "visitor": visitor}
        write_json(folder / WHAT, what if source is None else {**what, "source": source.id})
        found = self.find(folder.name, pool)
        assert found is not None  # noqa: S101  (it was written just now)
        found.see()
        return found

    def find(self, run_id: str, pool: Keeper) -> Run | None:
        """The run of that id; None if there is none, or its files are damaged."""
        folder = self.folder / "runs" / run_id
        # The id may come from an address: it must not lead anywhere else.
        if not _NAME.fullmatch(run_id) or not (folder / WHAT).exists():
            self._runs.pop(run_id, None)
            return None
        with self._guard, contextlib.suppress(*_DAMAGED):
            if run_id not in self._runs:
                shared = json.loads((folder / WHAT).read_text("utf-8")).get("source")
                source = self.find(shared, pool) if shared else None
                if shared and source is None:
                    return None
                self._runs[run_id] = Run(folder, pool, source)
            return self._runs[run_id]
        return None

    def all(self, pool: Keeper) -> list[Run]:
        """All runs, in the order in which they were started or resumed."""
        names = [path.name for path in list((self.folder / "runs").iterdir())]
        found = (self.find(name, pool) for name in names)
        return sorted((run for run in found if run), key=lambda run: run.standing.since)

    def place(self, count: int) -> FileLock | None:
        """One of so many places for a run, until it is released; None if all are taken."""
        for number in range(count):
            lock = _lock(self.folder / "places" / str(number))
            with contextlib.suppress(Timeout):
                lock.acquire(blocking=False)
                return lock
        return None

    def forget(self, kept: int, pool: Keeper) -> None:
        """Delete the oldest runs that have ended: all but `kept`, and those older than `AGE`."""
        runs = self.all(pool)
        ended = [run for run in runs if not run.live]
        oldest = time.time() - AGE
        surplus = ended[: max(0, len(ended) - kept)]
        surplus += [run for run in ended[len(surplus) :] if run.standing.since < oldest]
        gone = {run.id for run in surplus}
        needed = {run.folder.name for run in runs if run.id not in gone}  # by those that share it
        for name in gone - needed:
            self._runs.pop(name, None)
            shutil.rmtree(self.folder / "runs" / name, ignore_errors=True)
        for server in list((self.folder / "servers").iterdir()):
            with contextlib.suppress(OSError):
                young = time.time() - server.stat().st_mtime < _YOUNG
                if not young and not self.lives(server.name):
                    server.unlink()
                    (self.folder / NUMBERS / server.name).unlink(missing_ok=True)

    def close(self) -> None:
        """End this server: what it trains is stopped, and a temporary folder is deleted."""
        self._alive.release()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def _lock(path: Path) -> FileLock:
    # Kept, since whoever finds a file missing could lock another one of the same name.
    return FileLock(path, thread_local=False, preserve_lock_file=True, fallback_to_soft=False)


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    lock = _lock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return True
    lock.release()
    return False


def _clean_temporary() -> None:
    """Delete the temporary folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _YOUNG and not any(_locked_in(folder)):
                shutil.rmtree(folder, ignore_errors=True)


def _locked_in(folder: Path) -> Iterator[bool]:
    return map(_is_locked, (folder / "servers").glob("*"))
