"""One training run: a folder that every server reads, and one of them writes."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pages.parts.runs.worker import Record

Records = Sequence[Mapping[str, Any]]
State = Literal["waiting", "starting", "running", "stopped", "done", "failed"]
LIVE: tuple[State, ...] = ("waiting", "starting", "running")

WHAT, STATE, RECORDS, STOP, SEEN = "run.json", "state.json", "records.jsonl", "stop", "seen"
"""Files of a run, beside its checkpoint: what it is, how it stands, its records in lines of JSON,
and two that are empty: it shall stop; its time is when a page last read the run."""


class Refused(RuntimeError):
    """No run was started; ``str(error)`` says why."""


class Keeper(Protocol):
    """What a run needs of the pool that keeps it."""

    def lives(self, server: str) -> bool: ...  # noqa: D102
    def position(self, run: Run) -> int: ...  # noqa: D102
    def wait(self, run: Run) -> float | None: ...  # noqa: D102
    def stop(self, run: Run) -> None: ...  # noqa: D102
    def resume(self, run: Run) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands, as its server wrote it."""

    state: State
    server: str  # that trains it, or has it in its queue
    since: float  # when it was started or resumed, in seconds since 1970
    why: str = ""  # it failed, a sentence …
    by_itself: bool = False  # … that the training said: the same code says it, too


class Run:
    """One run. Pages read it, stop it and resume it; the pool does all else.

    Parameters
    ----------
    folder : Path
        With `WHAT` and `STATE` in it.
    pool : Keeper
        The pool of this server.
    source : Run, optional
        The earlier run whose result this one shares.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError
        If the files are missing or damaged.
    """

    def __init__(self, folder: Path, pool: Keeper, source: Run | None = None) -> None:
        what = json.loads((folder / WHAT).read_text("utf-8"))
        self.id = folder.name  # in the page's address
        self.kind: str = what["kind"]
        self.config: dict[str, Any] = dict(what["config"])
        self.visitor: str = what["visitor"]
        self.shared = source is not None
        self.folder: Path = folder if source is None else source.folder  # of its checkpoint
        self._own, self._pool = folder, pool
        self._records: list[Record] = []
        self._read = 0  # bytes of the records so far
        self._reading = threading.Lock()
        self._standing = self._load()

    @property
    def standing(self) -> Standing:
        """How it stands, as written last."""
        with suppress(OSError, ValueError, TypeError):  # deleted, since it is old; or damaged
            self._standing = self._load()
        return self._standing

    def write(self, standing: Standing) -> None:
        """Change how it stands; others read the old text or the new one, never half."""
        write_json(self._own / STATE, asdict(standing))

    @property
    def state(self) -> State:
        """Where it stands; what a server left undone when it ended is stopped."""
        standing = self.standing
        if standing.state in LIVE and not self._pool.lives(standing.server):
            return "stopped"
        return standing.state

    @property
    def why(self) -> str:
        """Why it failed, a sentence."""
        return self.standing.why

    @property
    def by_itself(self) -> bool:
        """Whether the training said so, and the same code would."""
        return self.standing.by_itself

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state in LIVE

    @property
    def stopping(self) -> bool:
        """Whether somebody has asked it to stop."""
        return (self._own / STOP).exists()

    @property
    def resumable(self) -> bool:
        """Whether it can go on. A shared result cannot: it is done."""
        return self.state in ("stopped", "failed") and not self.shared

    @property
    def records(self) -> list[Record]:
        """All records up to now; only ever appended to."""
        with self._reading, suppress(FileNotFoundError):  # there is none yet
            with (self.folder / RECORDS).open("rb") as file:
                file.seek(self._read)
                lines, newline, _half = file.read().rpartition(b"\n")
            self._records += map(json.loads, lines.splitlines())
            self._read += len(lines + newline)
        return self._records

    def see(self) -> None:
        """Note that a page reads it."""
        (self._own / SEEN).touch()

    @property
    def unread(self) -> float:
        """Seconds since a page last read it."""
        with suppress(FileNotFoundError):
            return time.time() - (self._own / SEEN).stat().st_mtime
        return 0.0

    @property
    def position(self) -> int:
        """Place in the queue, 1 for the next; 0 if it does not wait."""
        return self._pool.position(self)

    @property
    def wait(self) -> float | None:
        """Seconds until it may begin, about; None if nobody knows."""
        return self._pool.wait(self)

    def stop(self) -> None:
        """End it after the present step; what was learnt is kept."""
        self._pool.stop(self)

    def resume(self) -> None:
        """Go on where it was stopped, or from the last checkpoint before it failed."""
        self._pool.resume(self)

    def ask_to_stop(self, stop: bool = True) -> None:
        """Leave word for the server that trains it; or take the word back."""
        if stop:
            (self._own / STOP).touch()
        else:
            (self._own / STOP).unlink(missing_ok=True)

    def _load(self) -> Standing:
        return Standing(**json.loads((self._own / STATE).read_text("utf-8")))


def write_json(path: Path, content: object) -> None:
    """Write a file of JSON in one go."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(content), encoding="utf-8")
    os.replace(draft, path)
