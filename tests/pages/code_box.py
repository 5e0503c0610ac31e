"""What the code on a page prints, when it is run as a reader would: in a Python of its own."""

import contextlib
import io
import itertools
import os
import traceback
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]

# Each run is a process of its own, but a fork of one that has imported torch: with imports, the
# code boxes' tests took 1.7 times as long.
_PROCESSES = get_context("forkserver")
_PROCESSES.set_forkserver_preload(["torch"])


def printed(code: str, folder: Path = ROOT) -> str:
    """The output of the code; it finds the files that it reads in the folder."""
    answers, sends = _PROCESSES.Pipe(duplex=False)
    process = _PROCESSES.Process(target=_run, args=(code, folder, sends))
    process.start()
    sends.close()
    output, error = answers.recv()
    process.join()
    assert not error, error
    return output


def _run(code: str, folder: Path, sends: Connection) -> None:
    """In the new process."""
    os.chdir(folder)
    output, error = io.StringIO(), ""
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(code, "code box", "exec"), {"__name__": "__main__"})  # noqa: S102
        except BaseException:  # whatever a reader would see
            error = traceback.format_exc()
    sends.send((output.getvalue(), error))


def boxes(app: AppTest) -> list[tuple[str, str]]:
    """All code boxes of the page, with what it says that they print."""
    found = [(block.value, block.language) for block in app.code]
    return [
        (code, below)
        for (code, language), (below, other) in itertools.pairwise(found)
        if language == "python" and other != "python"
    ]
