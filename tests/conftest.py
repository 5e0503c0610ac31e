"""What all tests share: one thread, no clock in hypothesis, the full data, a Chromium."""

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
    """Folder with mnist/ and pen/: DEQ_DATA, or shared/data beside the checkout."""
    folder = Path(os.environ.get("DEQ_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("needs MNIST and the pen strokes: name their folder in DEQ_DATA")
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium; without one a browser test is skipped, but in CI it fails."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if "CI" in os.environ:
        pytest.fail("CI has to have a Chromium: apt-get install chromium")
    pytest.skip("needs Chromium: apt-get install chromium")
