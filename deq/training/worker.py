"""A process that trains what it is told: ``python -m deq.training.worker``.

It says ``{"stage": "ready"}`` once PyTorch is there. Then one line on its standard input is a
request, ``{"kind": …, "config": {…}, "folder": …}``, answered by a line a record and by
``{"stage": "end"}``; the line ``stop`` meanwhile ends the run after its present step, with all that
was learnt kept. What goes wrong is ``{"stage": "failed", "why": …}``, a sentence. The process ends
with its input: when whoever started it is gone, however it went, so is the worker.
"""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from deq.training.jobs import job, json_line

_STOP = "stop"


class _Inbox:
    """Reads the input on a thread of its own, so that "stop" and the end are heard in mid-run."""

    def __init__(self, stream: TextIO) -> None:
        self.requests: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.stop = threading.Event()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: TextIO) -> None:
        for line in stream:
            if line.strip() == _STOP:
                self.stop.set()
            elif line.strip():
                self.stop.clear()  # here, so that a stop right behind a request is meant for it
                self.requests.put(line)
        os._exit(0)  # nobody is left to train for; a run in mid-step has its last checkpoint


def main() -> None:
    """Serve requests until the input ends."""
    if hasattr(os, "nice"):
        os.nice(10)  # pages come first
    import torch

    torch.set_num_threads(1)  # as many workers run as there are cores to spare
    out = sys.stdout
    sys.stdout = sys.stderr  # what a library prints is no record
    inbox = _Inbox(sys.stdin)
    _say(out, {"stage": "ready"})
    while True:
        request = inbox.requests.get()
        try:
            _run(request, inbox.stop, out)
        except MemoryError:
            _say(out, {"stage": "failed", "why": "There is not enough memory for this run."})
        except Exception as error:
            why = " ".join(str(error).split()) or type(error).__name__
            _say(out, {"stage": "failed", "why": why})
        _say(out, {"stage": "end"})


def _run(request: str, stop: threading.Event, out: TextIO) -> None:
    asked = json.loads(request)
    folder = Path(asked["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    for record in job(asked["kind"])(asked["config"], folder, stop.is_set):
        loss = record.get("loss")  # not known before the first step
        if record["stage"] == "step" and isinstance(loss, float) and not math.isfinite(loss):
            raise ArithmeticError("The loss is no longer a number. A smaller learning rate helps.")
        _say(out, record)


def _say(out: TextIO, record: Mapping[str, object]) -> None:
    out.write(json_line(record))
    out.flush()


if __name__ == "__main__":
    main()
