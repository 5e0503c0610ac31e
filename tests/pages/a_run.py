"""A training run that a test starts on a page, and waits for."""

import shutil
import time
from importlib import import_module

from streamlit.testing.v1 import AppTest

from pages.parts.runs import registry
from pages.parts.runs.run import Run

PATIENCE = 120.0


def forget_all() -> None:
    """Stop and delete all runs; the worker stays, since to start one takes seconds."""
    pool = registry.pool()
    deadline = time.monotonic() + PATIENCE
    while live := [run for run in pool.store.all(pool) if run.live]:
        assert time.monotonic() < deadline
        for run in live:
            run.stop()
        time.sleep(0.02)
    for folder in (pool.store.folder / "runs").iterdir():
        shutil.rmtree(folder)


def ended(app: AppTest, page: str) -> Run:
    """The run that the page shows, once it has ended and the page has been drawn again."""
    panel = import_module(f"pages.parts.{page}.lesson").PANEL
    run = registry.pool().find(app.session_state[panel.key])
    assert run is not None
    deadline = time.monotonic() + PATIENCE
    while run.live:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    return run
