"""A process that runs jobs: ``python -m deq.training.worker``.

All its output is JSON, one object per line. After PyTorch is imported it writes
``{"stage": "ready"}``. Each line on its standard input is a request,
``{"kind": …, "config": {…}, "folder": …}``. It answers with the records of the job, and then
``{"stage": "end"}``. The line ``stop`` ends the job after the current step, with a checkpoint. An
error is ``{"stage": "failed", "why": …}`` with a sentence; ``"by_itself": true`` says that it is a
`TrainingError`. The process ends when its input ends, so it does not outlive the process that
started it.
"""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
from pathlib import Path
from typing import TextIO

from deq.training.errors import TrainingError
from deq.training.jobs import job
from deq.training.records import Record, json_line

_STOP = "stop"


class _Inbox:
    """Reads the input in a thread, so that ``stop`` and the end of input work during a job."""

    def __init__(self, stream: TextIO) -> None:
        self.requests: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.stop = threading.Event()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: TextIO) -> None:
        for line in stream:
            if line.strip() == _STOP:
                self.stop.set()
            elif line.strip():
                self.stop.clear()  # here, so that a stop that follows at once is for this request
                self.requests.put(line)
        os._exit(0)  # the parent process is gone; a running job has its last checkpoint


def main() -> None:
    """Serve requests until the input ends."""
    if hasattr(os, "nice"):
        os.nice(10)  # lower priority than the app
    import torch

    torch.set_num_threads(1)  # one worker runs per free core
    out = sys.stdout
    sys.stdout = sys.stderr  # so that text printed by a library is not taken for a record
    inbox = _Inbox(sys.stdin)
    _write(out, {"stage": "ready"})
    while True:
        request = inbox.requests.get()
        try:
            _run(request, inbox.stop, out)
        except MemoryError:
            _write(out, {"stage": "failed", "why": "There is not enough memory for this run."})
        except Exception as error:
            own = isinstance(error, TrainingError)
            _write(out, {"stage": "failed", "why": _why(error, request), "by_itself": own})
        _write(out, {"stage": "end"})


def _run(request: str, stop: threading.Event, out: TextIO) -> None:
    order = json.loads(request)
    folder = Path(order["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    for record in job(order["kind"])(order["config"], folder, stop.is_set):
        loss = record.get("loss")  # NaN before the first step
        if record["stage"] == "step" and isinstance(loss, float) and not math.isfinite(loss):
            raise ArithmeticError("The loss is no longer a number. A smaller learning rate helps.")
        _write(out, record)


def _why(error: Exception, request: str) -> str:
    """What went wrong, in a sentence without the names of the server's folders."""
    if isinstance(error, OSError):  # its text names a file
        return f"A file of this run could not be written or read: {error.strerror or 'no room'}."
    why = " ".join(str(error).split()) or type(error).__name__
    return why.replace(f"{json.loads(request)['folder']}{os.sep}", "")


def _write(out: TextIO, record: Record) -> None:
    out.write(json_line(record))
    out.flush()


if __name__ == "__main__":
    main()
