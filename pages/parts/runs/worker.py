"""One worker process, seen from the server: it is told what to train, and tells how it goes."""

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
        self.done = True
        root = str(Path(deq.__file__).parents[1])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deq.training.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C in the server's terminal is the server's affair
        )

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def train(self, kind: str, config: Mapping[str, object], folder: Path) -> Iterator[Record]:
        """Have it train; yields its records until the run has ended or the process has."""
        self.done = False  # with this run, and ready for the next
        self._tell(json.dumps({"kind": kind, "config": dict(config), "folder": str(folder)}))
        assert self.process.stdout is not None  # noqa: S101  (a pipe was asked for)
        for line in self.process.stdout:
            try:
                record = json.loads(line)
            except ValueError:  # cut off in the middle: the process has ended
                continue
            if record.get("stage") == "end":
                self.done = True
                return
            if record.get("stage") != "ready":
                yield record

    def stop(self) -> None:
        """Ask it to end the run after the present step."""
        self._tell("stop")

    def kill(self) -> None:
        """End the process, whatever it does."""
        self.process.kill()

    def close(self) -> None:
        """Let it go: it ends when its input does."""
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
        code = self.process.wait()  # its output has ended, so it is about to
        if code == -9:
            return "its process was killed, perhaps for want of memory"
        if code < 0:
            return f"its process was ended by signal {-code}"
        return f"its process ended with code {code}"

    def _tell(self, line: str) -> None:
        with contextlib.suppress(OSError):  # it is gone; whoever reads its output will notice
            if self.process.stdin is not None:
                self.process.stdin.write(line + "\n")
                self.process.stdin.flush()
