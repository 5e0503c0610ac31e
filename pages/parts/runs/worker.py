"""One worker process, seen from the server: it trains what it is told and reports records."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import deq

Record = dict[str, Any]


class Worker:
    """A ``python -m deq.training.worker``, started at once and ready when PyTorch is."""

    def __init__(self) -> None:
        self.done = True  # with its last run
        root = str(Path(deq.__file__).parents[1])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deq.training.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C in the terminal reaches the server alone
        )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def train(self, kind: str, config: Mapping[str, object], folder: Path) -> Iterator[Record]:
        """Train; yields records until the run or the process has ended."""
        self.done = False
        self._send(json.dumps({"kind": kind, "config": dict(config), "folder": str(folder)}))
        assert self.process.stdout is not None  # noqa: S101  (it is a pipe)
        for line in self.process.stdout:
            try:
                record = json.loads(line)
            except ValueError:  # a line cut short: the process has ended
                continue
            if record.get("stage") == "end":
                self.done = True
                return
            if record.get("stage") != "ready":
                yield record

    def stop(self) -> None:
        """Ask it to end the run after the present step."""
        self._send("stop")

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()

    def close(self) -> None:
        """End it: a worker stops when its input is closed."""
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def how_it_ended(self) -> str:
        """Why there are no more records, in words."""
        if self.done:
            return "it came to no result"
        code = self.process.wait()  # soon, since its output has ended
        if code == -9:
            return "its process was killed, perhaps for want of memory"
        if code < 0:
            return f"its process was ended by signal {-code}"
        return f"its process ended with code {code}"

    def _send(self, line: str) -> None:
        with contextlib.suppress(OSError):  # the process is gone; `train` will notice
            if self.process.stdin is not None:
                self.process.stdin.write(line + "\n")
                self.process.stdin.flush()
