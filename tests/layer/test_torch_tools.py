"""Tools of torch around a layer: autocast, checkpoint, cached parametrizations, warnings."""

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize
from torch.utils.checkpoint import checkpoint

import deq

GRADIENTS = [deq.Implicit(), deq.Phantom(steps=8), deq.Unrolled()]
each_gradient = pytest.mark.parametrize("gradient", GRADIENTS, ids=lambda g: type(g).__name__)


class Cell(nn.Module):
    """tanh(W z + x) with ‖W‖ below one, (B, 16); it counts its calls."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(16, 16)
        self.calls = 0

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        self.calls += 1
        return torch.tanh(self.linear(z) + x)


class Half(Cell):
    """All in bfloat16 under autocast, its output too."""

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(self.linear(z) + self.linear(x))


def inputs() -> Tensor:
    return torch.randn(4, 16, generator=torch.Generator().manual_seed(1)).requires_grad_()


def gradients(z: Tensor, x: Tensor, cell: nn.Module) -> list[Tensor]:
    return list(torch.autograd.grad(z.float().square().sum(), [x, *cell.parameters()]))


@each_gradient
@pytest.mark.parametrize("make", [Cell, Half])
def test_under_autocast_it_does_as_a_loop_by_hand(gradient: object, make: type[Cell]) -> None:
    cell, x = make(), inputs()
    layer = deq.DEQ(cell, tol=1e-2, gradient=gradient)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z = layer(x)
        by_hand = torch.zeros_like(x)
        for _ in range(10):
            by_hand = cell(by_hand, x)
    assert z.dtype == torch.float32
    assert torch.allclose(z, by_hand.float(), atol=0.03)
    for mine, theirs in zip(gradients(z, x, cell), gradients(by_hand, x, cell), strict=True):
        assert mine.dtype == torch.float32
        assert (mine - theirs).norm() < 0.1 * theirs.norm()  # of eight bits and tol 1e-2


def test_solve_and_penalty_under_autocast() -> None:
    cell, x = Half(), inputs().detach()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sol = deq.solve(lambda z: cell(z, x), torch.zeros_like(x), tol=1e-2)
        pair = deq.solve(lambda z: (cell(z[0], x), cell(z[1], x)), (x, x), tol=1e-2)
        penalty = deq.jacobian_penalty(cell, sol.z, x)
    assert sol.z.dtype == pair.z[1].dtype == torch.float32
    assert sol.converged.all()
    penalty.backward()
    assert cell.linear.weight.grad.isfinite().all()


@each_gradient
def test_another_dtype_without_autocast_stays_an_error(gradient: object) -> None:
    with pytest.raises(TypeError, match="f must keep the dtype"):
        deq.DEQ(lambda z, x: (z / 2 + x).double(), gradient=gradient)(inputs())
    with (
        torch.autocast("cpu", dtype=torch.bfloat16),
        pytest.raises(TypeError, match="f must keep the dtype"),
    ):
        deq.DEQ(lambda z, x: (z > x).long(), gradient=gradient)(inputs())


def test_the_adjoint_stops_at_the_floor_of_the_dtype_that_the_cell_computes_in() -> None:
    cell, x = Cell(), inputs()
    layer = deq.DEQ(cell, tol=1e-2, gradient=deq.Implicit(solver=deq.Picard(), tol=1e-6))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z = layer(x)
    z.sum().backward()  # a warning would be an error here
    report = layer.last.backward
    assert report.status.tolist() == [int(deq.Status.STALLED)] * 4
    assert report.nfe.max() <= 15
    with torch.autocast("cpu", dtype=torch.bfloat16):  # here nothing is rounded to bfloat16
        exact = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x), tol=1e-6)
        z = exact(x)
    z.sum().backward()
    assert exact.last.backward.converged.all()


@each_gradient
@pytest.mark.parametrize("reentrant", [True, False])
def test_a_checkpoint_repeats_the_solve_once_at_most(gradient: object, reentrant: bool) -> None:
    cell, x = Cell(), inputs()
    layer = deq.DEQ(cell, gradient=gradient)
    expected = gradients(layer(x), x, cell)
    once = cell.calls
    cell.calls = 0
    z = checkpoint(lambda x: layer(x).sin(), x, use_reentrant=reentrant).arcsin()
    z.square().sum().backward()
    assert cell.calls <= 2 * once
    for mine, theirs in zip([x.grad, *(p.grad for p in cell.parameters())], expected, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_a_checkpoint_around_a_layer_alone_repeats_nothing() -> None:
    cell, x = Cell(), inputs()
    z = checkpoint(deq.DEQ(cell), x, use_reentrant=False)
    before = cell.calls
    z.sum().backward()
    assert cell.calls == before


@each_gradient
@pytest.mark.parametrize("registered", [True, False])
def test_cached_parametrizations_keep_their_gradients(gradient: object, registered: bool) -> None:
    cell, x = Cell().eval(), inputs()
    parametrizations.spectral_norm(cell.linear)
    layer = (
        deq.DEQ(cell, gradient=gradient)
        if registered
        else deq.DEQ(lambda z, x: cell(z, x), gradient=gradient, modules=cell)
    )
    expected = gradients(layer(x), x, cell)
    with parametrize.cached():
        z = layer(x)
    for mine, theirs in zip(gradients(z, x, cell), expected, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_no_warning_of_torchs_own_reaches_the_user() -> None:
    code = (
        "import torch, deq\n"
        "for solver in (deq.Newton(), deq.Newton(dense_limit=1), deq.PseudoTransient()):\n"
        "    deq.solve(torch.cos, torch.zeros(2, 4), solver=solver)\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=120)
