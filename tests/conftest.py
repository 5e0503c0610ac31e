"""Settings and fixtures of all tests: one thread, no time limit in hypothesis, data, programs."""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
import torch

ROOT = Path(__file__).resolve().parents[1]

torch.set_num_threads(1)
hypothesis.settings.register_profile("deq", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("deq")


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


@pytest.fixture(scope="session")
def haproxy() -> str:
    """Path of HAProxy. Without it, tests of `deq serve` are skipped, or fail in CI."""
    if found := shutil.which("haproxy"):
        return found
    if "CI" in os.environ:
        pytest.fail("CI needs HAProxy: apt-get install haproxy")
    pytest.skip("needs HAProxy: apt-get install haproxy")
