"""What the code on a page prints, when it is run as a reader would: in a process of its own.

It is forked from one that has imported torch: in a Python of its own, most boxes would spend more
time on that import than on their code.
"""

import contextlib
import io
import itertools
import multiprocessing
import os
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["torch"])


def printed(code: str, folder: Path = ROOT) -> str:
    """The output of the code; it finds the files that it reads in the folder."""
    here, there = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=_run, args=(code, folder, there))
    process.start()
    there.close()
    try:
        output, error = here.recv()
    except EOFError:
        output, error = "", "The process ended before its code did."
    process.join()
    assert not error, error
    return output


def _run(code: str, folder: Path, end: Connection) -> None:
    os.chdir(folder)
    sys.path.insert(0, str(ROOT))
    output, error = io.StringIO(), ""
    with contextlib.redirect_stdout(output):
        try:
            exec(compile(code, "<code box>", "exec"), {"__name__": "__main__"})  # noqa: S102
        except BaseException:
            error = traceback.format_exc()
    end.send((output.getvalue(), error))


def boxes(app: AppTest) -> list[tuple[str, str]]:
    """All code boxes of the page, with what it says that they print."""
    found = [(block.value, block.language) for block in app.code]
    return [
        (code, below)
        for (code, language), (below, other) in itertools.pairwise(found)
        if language == "python" and other != "python"
    ]
