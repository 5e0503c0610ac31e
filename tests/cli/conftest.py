"""Weights of a tiny network, for the tests of commands that need some."""

from pathlib import Path

import pytest
import torch

from deq.models import weights
from deq.models.digits import Digits, DigitsConfig


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network: it converges like a trained one, and loads ten times as fast."""
    path = tmp_path_factory.mktemp("weights") / "tiny.safetensors"
    torch.manual_seed(0)
    weights.save(Digits(DigitsConfig(channels=4, stem=(4, 4), contraction=0.5)), path, {})
    return path
