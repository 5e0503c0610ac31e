"""Where implicit gradients end, they say so: failed adjoints, second derivatives, bad options."""

import pytest
import torch

import deq
from deq import Status
from tests.gradients.test_implicit import Net
from tests.problems import F64


def test_a_backward_solve_that_fails_is_reported() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    layer = deq.DEQ(
        lambda z, x: 0.99 * z + x, gradient=deq.Implicit(solver=deq.Picard(), max_evals=3)
    )
    z = layer(x)
    assert layer.last.backward is None
    with pytest.warns(RuntimeWarning, match="the gradient is approximate. Stopped at the cap"):
        z.sum().backward()
    report = layer.last.backward
    assert report.nfe.tolist() == [3, 3]
    assert not report.converged.any()
    assert set(report.status.tolist()) == {int(Status.MAX_EVALS)}
    assert (report.residual > 0).all()
    assert x.grad.isfinite().all()


def test_a_backward_solve_at_the_floor_is_no_cause_for_alarm() -> None:
    net = Net(n=16).float()
    x = torch.randn(3, 3, generator=torch.Generator().manual_seed(0))
    layer = deq.DEQ(net, gradient=deq.Implicit(solver=deq.Picard(), tol=1e-12, max_evals=500))
    layer(x, z0=torch.zeros(3, 16)).sum().backward()  # a warning would be an error here
    assert set(layer.last.backward.status.tolist()) <= {int(Status.STALLED), int(Status.CONVERGED)}


def test_second_derivatives_are_refused_with_a_sentence() -> None:
    for upstream in (lambda z: z.sum(), lambda z: (z**2).sum()):
        x = torch.ones(2, 1, dtype=F64, requires_grad=True)
        z = deq.DEQ(lambda z, x: torch.cos(0.5 * z) * x)(x)
        (grad,) = torch.autograd.grad(upstream(z), x, create_graph=True)
        with pytest.raises(RuntimeError, match="Second derivatives through a DEQ"):
            torch.autograd.grad(grad.sum(), x)


def test_second_derivatives_by_what_follows_are_refused_too() -> None:
    head = torch.ones(1, dtype=F64, requires_grad=True)
    x = torch.ones(1, 1, dtype=F64, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x)(x)
    (grad,) = torch.autograd.grad((head * z).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="Second derivatives through a DEQ"):
        torch.autograd.grad(grad.sum(), head)


def test_first_derivatives_of_what_follows_may_have_second_ones() -> None:
    head = torch.ones(1, dtype=F64, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x, tol=1e-9)(torch.ones(1, 1, dtype=F64))
    (grad,) = torch.autograd.grad((head**2 * z).sum(), head, create_graph=True)
    (second,) = torch.autograd.grad(grad.sum(), head)
    assert second.item() == pytest.approx(2 * z.item())


def test_a_gradient_with_a_graph_is_still_right_once() -> None:
    x = torch.ones(1, 1, dtype=F64, requires_grad=True)
    z = deq.DEQ(lambda z, x: 0.5 * z + x, tol=1e-8)(x)
    (grad,) = torch.autograd.grad(z.sum(), x, create_graph=True)
    assert grad.item() == pytest.approx(2, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "error", "word"),
    [
        ({"tol": 0.0}, ValueError, "tol"),
        ({"tol": "x"}, TypeError, "tol"),
        ({"max_evals": 0}, ValueError, "max_evals"),
        ({"solver": None}, TypeError, "solver"),
        ({"steps": 1}, TypeError, "steps"),
    ],
)
def test_bad_options_get_a_sentence(
    options: dict[str, object], error: type[Exception], word: str
) -> None:
    with pytest.raises(error, match=word):
        deq.Implicit(**options)
