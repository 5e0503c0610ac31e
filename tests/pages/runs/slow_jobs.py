"""Jobs without real work, which end well or fail in all ways in which a run can fail."""

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

Record = Mapping[str, object]


def count(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Count to ``to``, one number every ``pause`` seconds, and save the last one."""
    last = int(str(config.get("to", 5)))
    for number in range(last):
        (folder / "kept").write_text(str(number))
        if stopped():
            yield {"stage": "stopped", "number": number}
            return
        yield {"stage": "step", "number": number, "process": os.getpid(), "loss": 1.0}
        time.sleep(float(str(config.get("pause", 0))))
    yield {"stage": "done", "number": last, "unknown": math.nan}


def ignores_stop(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Begin, and then ignore the stop signal."""
    yield {"stage": "step"}
    time.sleep(600)


def fails(config: Record, folder: Path, stopped: Callable[[], bool]) -> Iterator[Record]:
    """Begin, and then fail in the way named by ``how``."""
    yield {"stage": "step", "loss": 2.0}
    match config["how"]:
        case "raise":
            raise ValueError("the answer must be 42,\nnot 41.")
        case "memory":
            raise MemoryError
        case "nan":
            yield {"stage": "step", "loss": math.nan}
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "exit":
            os._exit(7)
        case "nothing":
            pass
        case "print":
            print("a library says hello")
            yield {"stage": "done"}
