"""A modern Hopfield network (Ramsauer et al., "Hopfield networks is all you need", 2021)."""

import torch

import deq
from deq.digits.mnist import load_subset


def test_hopfield_network_completes_digits() -> None:
    """z ← Xᵀ softmax(β X z) finds the stored digit of which it sees the upper half."""
    images, _ = load_subset()  # 500 of each digit
    stored = torch.from_numpy(images[::50]).double().flatten(1) / 255  # (100, 784)
    stored = stored / stored.norm(dim=1, keepdim=True)
    half = stored * (torch.arange(784) < 392)

    def update(z: torch.Tensor) -> torch.Tensor:  # (B, 784)
        return torch.softmax(40 * z @ stored.T, 1) @ stored

    # Picard goes down in energy; acceleration might jump to another digit's valley.
    sol = deq.solve(update, half, solver=deq.Picard(), tol=1e-6, max_evals=1000)
    assert sol.converged.all()
    found = (sol.z @ stored.T).argmax(1)

    assert (found == torch.arange(100)).double().mean() > 0.9
