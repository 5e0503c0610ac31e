"""Optimal transport as a layer: Sinkhorn's iteration (Cuturi, 2013) settles in the potentials."""

import math

import torch

import deq


def test_transport_plan_is_differentiated_through_sinkhorn() -> None:
    """The dual potential u repeats u ← ε·log a − ε·logsumexp((v(u) − C)/ε), up to a constant."""
    generator = torch.Generator().manual_seed(0)
    cost, weights = torch.rand(2, 7, 9, generator=generator, dtype=torch.float64)
    epsilon = 0.1

    def plan(cost: torch.Tensor) -> torch.Tensor:
        n, m = cost.shape

        def columns(u: torch.Tensor) -> torch.Tensor:
            return -epsilon * (((u[:, None] - cost) / epsilon).logsumexp(0) + math.log(m))

        def rows(u: torch.Tensor) -> torch.Tensor:
            u = -epsilon * (((columns(u) - cost) / epsilon).logsumexp(1) + math.log(n))
            return u - u.mean()  # potentials are free up to a constant, which makes I − J singular

        u, stats = deq.fixed_point(rows, cost.new_zeros(n), tol=1e-12, batch_dims=0)
        assert stats.converged
        return ((u[:, None] + columns(u) - cost) / epsilon).exp()

    torch.testing.assert_close(plan(cost).sum(0), torch.full((9,), 1 / 9, dtype=torch.float64))
    torch.testing.assert_close(plan(cost).sum(1), torch.full((7,), 1 / 7, dtype=torch.float64))
    cost.requires_grad_()
    assert torch.autograd.gradcheck(lambda c: (plan(c) * weights).sum(), cost)
