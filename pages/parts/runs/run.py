"""One training run, as pages see it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from pages.parts.runs.worker import Record, Worker

Records = Sequence[Mapping[str, Any]]
State = Literal["waiting", "starting", "running", "stopped", "done", "failed"]


class Refused(RuntimeError):
    """No run was started; ``str(error)`` says why."""


class Keeper(Protocol):
    """What a run needs of the pool that keeps it."""

    def position(self, run: Run) -> int: ...  # noqa: D102
    def stop(self, run: Run) -> None: ...  # noqa: D102
    def resume(self, run: Run) -> None: ...  # noqa: D102


class Run:
    """One run. Pages read it, stop it and resume it; the pool does all else."""

    def __init__(
        self, pool: Keeper, kind: str, config: Mapping[str, object], visitor: str, folder: Path
    ) -> None:
        self.id = uuid.uuid4().hex[:12]  # in the page's address
        self.kind, self.config, self.visitor = kind, dict(config), visitor
        self.state: State = "waiting"
        self.why = ""  # it failed, a sentence …
        self.by_itself = False  # … that the training said: the same code says it, too
        self.records: list[Record] = []  # only ever appended to
        self.folder = folder / self.id  # of its checkpoint
        self.shared = False  # whether the result is that of an earlier run with this configuration
        self.seen = time.monotonic()  # when a page last read it
        self.stopping = False
        self.worker: Worker | None = None
        self._pool = pool

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state in ("waiting", "starting", "running")

    @property
    def resumable(self) -> bool:
        """Whether it can go on. A shared result cannot: it is done."""
        return self.state in ("stopped", "failed") and not self.shared

    @property
    def position(self) -> int:
        """Place in the queue, 1 for the next; 0 if it does not wait."""
        return self._pool.position(self)

    def stop(self) -> None:
        """End it after the present step; what was learnt is kept."""
        self._pool.stop(self)

    def resume(self) -> None:
        """Go on where it was stopped, or from the last checkpoint before it failed."""
        self._pool.resume(self)
