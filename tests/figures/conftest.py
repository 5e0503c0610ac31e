"""A small recorded solve with a known answer: z ← z/2 + c, and a readout that changes to 4."""

import numpy as np
import pytest
import torch

from deq import Trajectory
from deq.figures.shared.cloud import Cloud


@pytest.fixture
def course() -> Trajectory:
    """States (T, 1, 4) with z_k = (1 − 2⁻ᵏ)·(1, 1, 1, 1): residual ‖f(z) − z‖ = 2⁻ᵏ."""
    k = torch.arange(9, dtype=torch.float64)
    z = (1 - 0.5**k)[:, None, None] * torch.ones(1, 1, 4)
    return Trajectory(t=k, z=z, residual=(0.5**k)[:, None], nfe=torch.arange(1, 10))


@pytest.fixture
def points() -> np.ndarray:
    """A path (9, 3) from the origin to about (1, 1, 1)."""
    return np.repeat(1 - 0.5 ** np.arange(9.0)[:, None], 3, axis=1)


@pytest.fixture
def shares() -> np.ndarray:
    """Probabilities (9, 10): 9 leads up to the third state, then 4."""
    rows = np.full((9, 10), 0.01)
    rows[:3, 9], rows[:3, 4] = 0.62, 0.30
    rows[3:, 9], rows[3:, 4] = 0.05, 0.87
    return rows


@pytest.fixture
def shares_of_none() -> np.ndarray:
    """Probabilities (9, 11): 9 leads up to the third state, then "no digit"."""
    rows = np.full((9, 11), 0.005)
    rows[:3, 9], rows[:3, 10] = 0.60, 0.355
    rows[3:, 9], rows[3:, 10] = 0.03, 0.925
    return rows


@pytest.fixture
def cloud() -> Cloud:
    """Ten classes of twenty points, each around (3k, −3k, 0)."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 20)
    middles = np.stack([3.0 * labels, -3.0 * labels, 0.0 * labels], axis=1)
    return Cloud.of(middles + rng.normal(size=(200, 3)), labels)
