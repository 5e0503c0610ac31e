"""An argmin layer: ridge regression learns its own penalty, through the minimum."""

import torch

import deq


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
