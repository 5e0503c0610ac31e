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
LIVE: tuple[State, ...] = ("waiting", "starting", "running")


class Keeper(Protocol):
    """What a run asks of the pool that keeps it."""

    def position(self, run: Run) -> int:
        """Place in the queue."""

    def stop(self, run: Run) -> None:
        """End it."""

    def resume(self, run: Run) -> None:
        """Go on with it."""


class Refused(RuntimeError):
    """No run was started; ``str(error)`` says why."""


class Run:
    """One run, as pages see it. Read-only for them, but for `stop`.

    Attributes
    ----------
    id, kind, config, visitor
        What is trained for whom; the id is in the page's address.
    state : str
        ``"waiting"``, ``"starting"``, ``"running"``, ``"stopped"``, ``"done"`` or ``"failed"``.
    why : str
        Why it failed, a sentence.
    records : list of dict
        All so far. Only ever appended to.
    folder : Path
        Where its checkpoint is.
    shared : bool
        Whether the result is that of an earlier run of the same configuration.
    """

    def __init__(
        self, pool: Keeper, kind: str, config: Mapping[str, object], visitor: str, folder: Path
    ) -> None:
        self.id = uuid.uuid4().hex[:12]
        self.kind, self.config, self.visitor = kind, dict(config), visitor
        self.state: State = "waiting"
        self.why = ""
        self.records: list[Record] = []
        self.folder = folder / self.id
        self.shared = False
        self.seen = time.monotonic()
        self.worker: Worker | None = None
        self.stopping = False
        self._pool = pool

    @property
    def live(self) -> bool:
        """Whether more is to come."""
        return self.state in LIVE

    @property
    def position(self) -> int:
        """Place in the queue, 1 for the next; 0 for those who do not wait."""
        return self._pool.position(self)

    def since(self, count: int) -> list[Record]:
        """The records after the first ``count``."""
        return self.records[count:]

    def stop(self) -> None:
        """End it after the present step; what was learnt is kept."""
        self._pool.stop(self)

    def resume(self) -> None:
        """Go on where it was stopped, or last kept before it failed."""
        self._pool.resume(self)
