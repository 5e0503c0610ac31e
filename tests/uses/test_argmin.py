"""Argmin layers: minimisers as equilibria of a descent, differentiated through the minimum.

Ridge regression and its penalty (hyper-gradient), optimal transport by Sinkhorn's iteration, and a
modern Hopfield network (Ramsauer et al., "Hopfield networks is all you need", 2021).
"""

import math

import torch

import deq
from deq.digits.mnist import load_subset


def test_ridge_regression_learns_its_penalty() -> None:
    """w* = argmin ‖Xw − y‖² + λ‖w‖²: the validation loss's gradient in log λ has a closed form."""
    generator = torch.Generator().manual_seed(0)
    x, noise = torch.randn(2, 60, 20, generator=generator, dtype=torch.float64)
    truth = torch.randn(20, generator=generator, dtype=torch.float64)
    y = x @ truth + 3 * noise[:, 0]
    (train, valid), (a, b) = x.split([30, 30]), y.split([30, 30])
    step = 1 / (torch.linalg.matrix_norm(train, 2) ** 2 + 100)

    def loss(log_penalty: torch.Tensor) -> torch.Tensor:
        def descent(w: torch.Tensor) -> torch.Tensor:  # (D,)
            return w - step * (train.T @ (train @ w - a) + log_penalty.exp() * w)

        w, stats = deq.fixed_point(
            descent,
            torch.zeros_like(truth),
            tol=1e-10,
            gradient=deq.Implicit(max_evals=500),  # to the tolerance of the forward solve
            batch_dims=0,
        )
        assert stats.converged
        return (valid @ w - b).square().mean()

    def exact(log_penalty: torch.Tensor) -> torch.Tensor:
        gram = train.T @ train + log_penalty.exp() * torch.eye(20, dtype=torch.float64)
        return (valid @ torch.linalg.solve(gram, train.T @ a) - b).square().mean()

    log_penalty = torch.zeros((), dtype=torch.float64, requires_grad=True)
    first = loss(log_penalty)
    (gradient,) = torch.autograd.grad(first, log_penalty)
    (expected,) = torch.autograd.grad(exact(log_penalty), log_penalty)
    torch.testing.assert_close(gradient, expected, rtol=1e-6, atol=0)

    optimizer = torch.optim.LBFGS([log_penalty], max_iter=20, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(log_penalty)
        value.backward()
        return value

    optimizer.step(closure)
    (left,) = torch.autograd.grad(exact(log_penalty), log_penalty)
    assert abs(left) < 1e-5
    assert exact(log_penalty) < first


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
