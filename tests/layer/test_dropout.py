"""FixedDropout: one mask for a forward and its backward, a new one for the next."""

import copy
import io
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import deq
from tests.problems import F64

X = torch.ones(50, 8, dtype=F64)


class Quarter(nn.Module):
    """z ↦ m ⊙ (z/4 + x)/(1 − p): with p = 1/2 the equilibrium is 4x where m is 1, else 0."""

    def __init__(self, **options: object) -> None:
        super().__init__()
        self.drop = deq.FixedDropout(0.5, **options)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return self.drop(z / 4 + x)


class Net(nn.Module):
    """drop(tanh(W drop(z) + x)): two dropouts, a small W."""

    def __init__(self, checkpointed: bool = False) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.w = nn.Linear(8, 8, dtype=F64)
        nn.init.normal_(self.w.weight, std=0.05)
        self.inner = deq.FixedDropout(0.3)
        self.outer = deq.FixedDropout(0.5)
        self.checkpointed = checkpointed

    def _step(self, z: Tensor, x: Tensor) -> Tensor:
        return self.outer(torch.tanh(self.w(self.inner(z)) + x))

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        if self.checkpointed and torch.is_grad_enabled():
            out: Tensor = checkpoint(self._step, z, x, use_reentrant=False)
            return out
        return self._step(z, x)


def exact(cell: nn.Module, **options: object) -> deq.DEQ:
    """A layer that solves to the last digits."""
    gradient = deq.Implicit(tol=1e-12)
    return deq.DEQ(cell, tol=1e-12, gradient=gradient, **options)


@pytest.mark.parametrize(
    "solver",
    [deq.Picard(), deq.Anderson(), deq.Broyden(), deq.Newton(), deq.ODE(), deq.PseudoTransient()],
)
def test_every_solver_finds_the_equilibrium_of_one_mask(solver: object) -> None:
    gradient = deq.Implicit(tol=1e-7)
    layer = deq.DEQ(Quarter(), solver=solver, tol=1e-7, max_evals=1000, gradient=gradient)
    x = X.clone().requires_grad_()
    z = layer(x)
    kept = z.detach() > 2
    assert torch.allclose(z, 4 * kept.double(), atol=1e-5)
    assert 150 < kept.sum() < 250  # of 400; six standard deviations are 60
    z.sum().backward()
    assert torch.allclose(x.grad, 4 * kept.double(), atol=1e-5)


def test_every_forward_draws_a_new_mask_and_the_seed_decides_it() -> None:
    layer = deq.DEQ(Quarter())
    torch.manual_seed(3)
    one, two = layer(X), layer(X)
    torch.manual_seed(3)
    again = layer(X)
    assert not torch.equal(one, two)
    assert torch.equal(one, again)


def test_evaluation_mode_changes_nothing_and_draws_nothing() -> None:
    layer = exact(Quarter()).eval()
    before = torch.get_rng_state()
    assert torch.allclose(layer(X), X * 4 / 3)
    assert torch.equal(torch.get_rng_state(), before)
    drop = deq.FixedDropout(0.0)
    assert drop(X) is X


def test_a_layer_without_dropout_draws_nothing() -> None:
    layer = deq.DEQ(nn.Bilinear(8, 8, 8, dtype=F64))
    before = torch.get_rng_state()
    layer(0 * X)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("gradient", [deq.Implicit(tol=1e-12), deq.Unrolled()])
def test_gradients_are_exact(gradient: object) -> None:
    layer = deq.DEQ(Net(), tol=1e-13, gradient=gradient)
    x = torch.randn(3, 8, dtype=F64, requires_grad=True)

    def run(x: Tensor, *_: Tensor) -> Tensor:
        torch.manual_seed(5)
        out: Tensor = layer(x)
        return out

    assert torch.autograd.gradcheck(run, (x, *layer.parameters()))


def test_dropouts_of_one_cell_have_masks_of_their_own() -> None:
    net = Net()
    deq.dropout.redraw(net)
    assert ((net.inner(X) > 0) != (net.outer(X) > 0)).any()


def test_the_batch_and_the_shape_may_change_within_one_forward_and_between() -> None:
    layer = deq.DEQ(Quarter())
    assert layer(X).shape == (50, 8)
    assert layer(X[:7]).shape == (7, 8)
    drop = layer.cell.drop
    wide, narrow = drop(X), drop(X[:, :3])
    assert torch.equal(drop(X), wide)
    assert torch.equal(drop(X[:, :3]), narrow)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32, F64])
def test_the_dtype_stays_and_the_mask_is_the_same_in_all(dtype: torch.dtype) -> None:
    drop = deq.FixedDropout(0.2)
    drop.redraw()
    out = drop(X.to(dtype))
    assert out.dtype == dtype
    assert torch.equal(out > 0, drop(X) > 0)
    assert drop(X).unique().tolist() == [0.0, 1.25]


def test_autocast() -> None:
    cell = nn.Sequential(nn.Linear(8, 8), deq.FixedDropout(0.5))
    deq.dropout.redraw(cell)
    with torch.autocast("cpu", torch.bfloat16):
        out = cell(X.float())
    assert out.dtype == torch.bfloat16
    assert torch.equal(out == 0, cell(X.float()) == 0)


def test_the_mask_is_made_where_the_state_is() -> None:
    layer = deq.DEQ(Quarter())
    with torch.device("meta"):
        assert layer(X).is_cpu


def test_shared_axes_drop_whole_channels() -> None:
    drop = deq.FixedDropout(0.5, shared=(2, 3))
    drop.redraw()
    out = drop(torch.ones(20, 10, 4, 4))
    per_channel = out.flatten(2)
    assert (per_channel == per_channel[:, :, :1]).all()
    assert len(per_channel[:, :, 0].unique(dim=0)) > 1
    steps = deq.FixedDropout(0.5, shared=1)
    steps.redraw()
    out = steps(torch.ones(20, 6, 10))
    assert (out == out[:, :1]).all()


def test_state_dict_copies_and_pickles_have_no_mask() -> None:
    layer = deq.DEQ(Quarter())
    layer(X)
    assert not layer.state_dict()
    clone = copy.deepcopy(layer)
    file = io.BytesIO()
    torch.save(layer, file)
    assert file.tell() < 10_000
    assert torch.equal(clone.cell.drop(X), layer.cell.drop(X))  # the seed gives it again
    clone(X)
    assert not torch.equal(clone.cell.drop(X), layer.cell.drop(X))


def test_a_mask_first_seen_in_inference_mode_can_be_used_in_training() -> None:
    drop = deq.FixedDropout(0.5)
    drop.redraw()
    with torch.inference_mode():
        drop(X)
    x = X.clone().requires_grad_()
    drop(x).sum().backward()
    assert torch.equal(x.grad, drop(X))


def test_two_layers_share_a_cell() -> None:
    """Each backward uses the mask of its own forward, whatever was drawn since."""
    cell = Quarter()
    one, two = exact(cell), exact(cell)
    x, y = X.clone().requires_grad_(), X.clone().requires_grad_()
    a, b = one(x), two(y)
    assert not torch.equal(a, b)
    (a.sum() + b.sum()).backward()
    assert torch.allclose(x.grad, a.detach(), atol=1e-8)
    assert torch.allclose(y.grad, b.detach(), atol=1e-8)


def test_a_layer_in_a_cell_keeps_its_masks_for_the_whole_outer_solve() -> None:
    class Outer(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = exact(Quarter())

        def forward(self, z: Tensor, x: Tensor) -> Tensor:
            out: Tensor = self.layer(z / 8 + x)
            return out

    layer = exact(Outer())
    one, two = layer(X), layer(X)
    for z in (one, two):  # z = 4 (z/8 + x) where the mask is 1
        kept = z.detach() > 1
        assert torch.allclose(z, 8 * kept.double(), atol=1e-8)
    assert not torch.equal(one, two)
    inner = layer.cell.layer
    assert not torch.equal(inner(X), inner(X))  # on its own it draws


def gradients(net: Net, run: Callable[[deq.DEQ, Tensor], Tensor]) -> list[Tensor]:
    """Of a loss that takes two forwards before its backward."""
    layer = exact(net)
    x = (X[:5] / 2).requires_grad_()
    torch.manual_seed(7)
    loss = run(layer, x).square().sum() + 2 * run(layer, x + 1).square().sum()
    loss.backward()
    return [tensor.grad for tensor in (x, *net.parameters())]


@pytest.mark.parametrize("reentrant", [False, True])
def test_a_checkpoint_around_the_layer_repeats_the_mask(reentrant: bool) -> None:
    truth = gradients(Net(), lambda layer, x: layer(x))
    found = gradients(Net(), lambda layer, x: checkpoint(layer, x, use_reentrant=reentrant))
    for a, b in zip(found, truth, strict=True):
        assert torch.allclose(a, b, rtol=1e-6, atol=1e-9)


def test_a_checkpoint_inside_the_cell_repeats_the_mask() -> None:
    """Also that of the first forward, after the second has drawn another."""
    truth = gradients(Net(), lambda layer, x: layer(x))
    found = gradients(Net(checkpointed=True), lambda layer, x: layer(x))
    for a, b in zip(found, truth, strict=True):
        assert torch.allclose(a, b, rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch's own, at a graph break
def test_a_compiled_cell() -> None:
    cell = Quarter()
    layer = exact(torch.compile(cell, backend="eager"))
    for _ in range(3):
        z = layer(X)
        assert torch.allclose(z, 4 * (z > 2).double(), atol=1e-8)


def test_corrections_use_the_mask_of_their_forward() -> None:
    layer = exact(Quarter())
    state, z = layer.corrections(X, count=1)
    assert torch.equal(state > 0, z > 0)


def test_a_start_may_have_dropout() -> None:
    drop = deq.FixedDropout(0.5)
    layer = deq.DEQ(nn.Bilinear(8, 8, 8, dtype=F64), start=drop)
    layer(X)
    assert (drop(X) == 0).any()


def test_bad_use_is_named() -> None:
    for p in (-0.1, 1.0, float("nan")):
        with pytest.raises(ValueError, match="p must be at least 0"):
            deq.FixedDropout(p)
    drop = deq.FixedDropout(0.5)
    with pytest.raises(RuntimeError, match="submodule of its cell"):
        drop(X)
    with pytest.raises(RuntimeError, match="submodule of its cell"):
        deq.DEQ(lambda z, x: drop(z / 4 + x))(X)  # a lambda hides it from the layer
