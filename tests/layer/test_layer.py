"""DEQ as a layer: requires_grad, the start, statistics, dtypes, training, saving, bad arguments."""

import copy
import io

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

import deq
from tests.gradients.test_implicit import Net

F64 = torch.float64


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("parameters", [True, False])
@pytest.mark.parametrize("inputs", [True, False])
def test_the_output_requires_grad_exactly_when_something_does(
    train: bool, parameters: bool, inputs: bool
) -> None:
    net = Net().requires_grad_(parameters)
    layer = deq.DEQ(net).train(train)
    x = torch.ones(2, 3, dtype=F64, requires_grad=inputs)
    z0 = torch.zeros(2, 4, dtype=F64)
    z = layer(x, z0=z0)
    assert z.requires_grad is (parameters or inputs)
    if z.requires_grad:
        z.sum().backward()
        assert (x.grad is not None) is inputs
        assert all((p.grad is not None) is parameters for p in net.parameters())
    with torch.no_grad():
        assert not layer(x, z0=z0).requires_grad
    with torch.inference_mode():
        assert not layer(x, z0=z0).requires_grad


def test_a_function_that_closes_over_a_tensor_gets_its_gradient() -> None:
    w = torch.tensor(0.5, requires_grad=True)
    layer = deq.DEQ(lambda z, x: w * z + x, tol=1e-6)
    z = layer(torch.ones(1, 1))
    assert z.requires_grad
    z.backward()
    assert w.grad.item() == pytest.approx(4, rel=1e-3)
    w.requires_grad_(False)
    assert not layer(torch.ones(1, 1)).requires_grad


def test_the_output_is_the_solvers_own_state() -> None:
    net, x, z0 = Net(), torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    layer = deq.DEQ(net, tol=1e-3)
    with torch.no_grad():
        sol = deq.solve(lambda z: net(z, x), z0, tol=1e-3, max_evals=100)
    assert torch.equal(layer(x, z0=z0), sol.z)
    assert torch.equal(layer.last.residual, sol.residual)
    assert torch.equal(layer.last.nfe, sol.nfe)
    assert torch.equal(layer.last.status, sol.status)
    assert layer.last.converged.all()


def test_the_start_is_zeros_like_the_input() -> None:
    seen = []

    def cell(z: Tensor, x: Tensor) -> Tensor:
        seen.append(z.detach().clone())
        return 0.5 * z + x

    x = torch.ones(2, 3)
    deq.DEQ(cell)(x)
    assert torch.equal(seen[0], torch.zeros(2, 3))
    seen.clear()
    deq.DEQ(cell)(x, z0=torch.full((2, 3), 2.0))  # warm start at the answer
    assert len(seen) == 2  # the solver's evaluation, and one that finds out what requires grad
    assert torch.equal(seen[0], torch.full((2, 3), 2.0))


def test_no_gradient_flows_into_the_start() -> None:
    z0 = torch.zeros(2, 3, requires_grad=True)
    x = torch.ones(2, 3, requires_grad=True)
    deq.DEQ(lambda z, x: 0.5 * z + x)(x, z0=z0).sum().backward()
    assert z0.grad is None


def test_several_inputs_go_to_the_cell_as_they_are() -> None:
    x, y = torch.ones(2, 3, requires_grad=True), torch.full((2, 3), 2.0, requires_grad=True)
    layer = deq.DEQ(lambda z, xy: 0.5 * z + xy[0] * xy[1], tol=1e-6)
    with pytest.raises(TypeError, match="give z0 or start"):
        layer((x, y))
    layer((x, y), z0=torch.zeros(2, 3)).sum().backward()
    assert torch.allclose(x.grad, torch.full_like(x, 4.0), rtol=1e-3)
    assert torch.allclose(y.grad, torch.full_like(y, 2.0), rtol=1e-3)


def test_two_forwards_before_one_backward() -> None:
    net, z0 = Net(), torch.zeros(2, 4, dtype=F64)
    layer = deq.DEQ(net, tol=1e-10, gradient=deq.Implicit(tol=1e-10))
    xs = [torch.full((2, 3), v, dtype=F64) for v in (0.3, -0.7)]
    apart = [torch.autograd.grad(layer(x, z0=z0).sum(), net.w)[0] for x in xs]
    one = layer(xs[0], z0=z0)
    first = layer.last
    two = layer(xs[1], z0=z0)
    (one.sum() + two.sum()).backward()
    assert torch.allclose(net.w.grad, apart[0] + apart[1])
    assert first.backward is not None  # each pass has its own statistics
    assert layer.last.backward is not None
    assert first.backward is not layer.last.backward


def test_a_layer_used_twice_in_a_row_in_one_network() -> None:
    net = Net(n=3)
    layer = deq.DEQ(net, tol=1e-11, gradient=deq.Implicit(tol=1e-11))
    x = torch.full((2, 3), 0.2, dtype=F64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: layer(layer(x)), (x,))


def test_backward_twice_with_retain_graph_and_once_without() -> None:
    x = torch.ones(1, 1, requires_grad=True)
    z = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x), tol=1e-6)(x)
    z.backward(retain_graph=True)
    once = x.grad.clone()
    z.backward()
    assert torch.allclose(x.grad, 2 * once)
    with pytest.raises(RuntimeError, match="second time"):
        z.backward()


def test_what_follows_may_work_in_place() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    z = deq.DEQ(lambda z, x: torch.tanh(0.5 * z - x), tol=1e-6)(x)
    torch.relu_(z).sum().backward()
    assert x.grad.tolist() == torch.zeros(2, 3).tolist()
    z = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x), tol=1e-6)(x)
    z.mul_(2).sum().backward()
    assert (x.grad > 0).all()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtypes_are_kept(dtype: torch.dtype) -> None:
    x = torch.ones(2, 3, dtype=dtype, requires_grad=True)
    z = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x))(x)
    z.sum().backward()
    assert z.dtype == x.grad.dtype == dtype


def test_channels_last_stays_channels_last() -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(6, 6, 3, padding=1).to(memory_format=torch.channels_last)
    seen = []

    def cell(z: Tensor, x: Tensor) -> Tensor:
        seen.append(z.is_contiguous(memory_format=torch.channels_last))
        return torch.tanh(0.3 * conv(z) + x)

    x = torch.randn(2, 6, 5, 4).to(memory_format=torch.channels_last).requires_grad_()
    z = deq.DEQ(cell, modules=conv)(x)
    z.sum().backward()
    assert all(seen)
    assert z.is_contiguous(memory_format=torch.channels_last)


def test_it_trains() -> None:
    class Cell(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(2, 2)

        def forward(self, z: Tensor, x: Tensor) -> Tensor:
            return torch.tanh(self.linear(z) + x)

    torch.manual_seed(0)
    layer = deq.DEQ(Cell(), tol=1e-5)
    head = nn.Linear(2, 1)
    optimiser = torch.optim.Adam([*layer.parameters(), *head.parameters()], lr=0.02)
    x = torch.linspace(-1, 1, 32).reshape(16, 2)
    y = (x[:, :1] * x[:, 1:]).detach()
    losses = []
    for _ in range(150):
        loss = (head(layer(x)) - y).pow(2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


def test_the_layer_is_a_module_like_any_other() -> None:
    layer = deq.DEQ(Net(), solver=deq.Picard(damping=0.9), tol=1e-3)
    assert "Picard(damping=0.9), tol=0.001" in repr(layer)
    x, z0 = torch.ones(2, 3, dtype=F64), torch.zeros(2, 4, dtype=F64)
    z = layer(x, z0=z0)
    z.sum().backward()
    twin = copy.deepcopy(layer)
    assert torch.equal(twin(x, z0=z0), z)
    state = load(save(layer.state_dict()))
    assert set(state) == {"cell.w", "cell.u", "cell.b"}
    other = deq.DEQ(Net(seed=9), solver=deq.Picard(damping=0.9), tol=1e-3)
    other.load_state_dict(state)
    assert torch.equal(other(x, z0=z0), z)
    torch.save(layer.state_dict(), io.BytesIO())


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"cell": None}, TypeError, "cell"),
        ({"solver": "picard"}, TypeError, "solver"),
        ({"gradient": "implicit"}, TypeError, "gradient"),
        ({"tol": 0}, ValueError, "tol"),
        ({"max_evals": 0}, ValueError, "max_evals"),
        ({"max_iter": 3}, TypeError, "max_iter"),
    ],
)
def test_bad_arguments_get_a_sentence(
    change: dict[str, object], error: type[Exception], word: str
) -> None:
    arguments = {"cell": Net()} | change
    with pytest.raises(error, match=word):
        deq.DEQ(arguments.pop("cell"), **arguments)


def test_a_cell_that_changes_the_shape_of_its_state_is_named() -> None:
    with pytest.raises(ValueError, match="f must keep the shape of its state"):
        deq.DEQ(lambda z, x: z[:, :2])(torch.ones(2, 3))
