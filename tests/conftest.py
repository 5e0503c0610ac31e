"""Settings and fixtures of all tests: one thread, no time limit in hypothesis, data, Chromium.

In several processes (``-n 3``) one of them runs all browser tests, as there is one server and one
Chromium. It waits most of the time, and the others use the processors meanwhile.
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
import torch
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
BROWSER = "tests/browser/"

torch.set_num_threads(1)
hypothesis.settings.register_profile("deq", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("deq")


class Scheduling(LoadScopeScheduling):
    """A file's tests run in one process, and so do all browser tests."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(BROWSER) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling:
    """Files in the order in which they are collected."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests first: they take the longest."""
    items.sort(key=lambda item: not item.nodeid.startswith(BROWSER))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Browser tests come first on the processors too, or their pages would be late."""
    if "PYTEST_XDIST_WORKER" in os.environ and not item.nodeid.startswith(BROWSER):
        os.nice(19)  # more than 19 does not exist


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with mnist/ and pen/: DEQ_DATA, or ../shared/data."""
    folder = Path(os.environ.get("DEQ_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("needs MNIST and the pen strokes: set DEQ_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of Chromium. Without it, browser tests are skipped, or fail in CI."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if "CI" in os.environ:
        pytest.fail("CI needs Chromium: apt-get install chromium")
    pytest.skip("needs Chromium: apt-get install chromium")
