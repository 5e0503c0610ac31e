"""What torch's transforms make of a solve: torch.compile leaves it alone, the others are refused.

A solve looks at numbers. Whoever compiles a whole model, or hands it to torch.func, must get the
right answer or a sentence, and never a graph in which the solve of one input is frozen.
"""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.autograd import forward_ad

import deq

pytestmark = pytest.mark.filterwarnings(
    "ignore:The .grad attribute of a Tensor",  # Dynamo looks at a view's
    "ignore:`torch.jit.script",  # torch itself still calls it
)

every_gradient = pytest.mark.parametrize(
    "gradient",
    [deq.Implicit(tol=1e-6), deq.Phantom(steps=2), deq.Unrolled()],
    ids=["implicit", "phantom", "unrolled"],
)


class Cell(nn.Module):
    """tanh(W z + x), (B, 6)."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(6, 6)
        with torch.no_grad():
            self.linear.weight.mul_(0.5)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(self.linear(z) + x)


def inputs(batch: int) -> Tensor:
    return torch.randn(batch, 6, generator=torch.Generator().manual_seed(batch))


def around(layer: nn.Module) -> nn.Module:
    """A model of which ``layer`` is the middle."""
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(6, 6), layer, nn.Linear(6, 2))


def backed(model: Callable[[Tensor], Tensor], weights: nn.Module, x: Tensor) -> list[Tensor]:
    """The answers, then the gradient of their squares by all weights."""
    y = model(x)
    return [y, *torch.autograd.grad(y.square().sum(), list(weights.parameters()))]


@every_gradient
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_a_compiled_model_equals_itself(gradient: object, backend: str) -> None:
    torch._dynamo.reset()
    layer = deq.DEQ(Cell(), tol=1e-6, gradient=gradient)
    model = around(layer)
    compiled = torch.compile(model, backend=backend)
    for batch in (4, 1, 7):  # other shapes and inputs: nothing of the first solve is kept
        x = inputs(batch)
        for one, two in zip(backed(model, model, x), backed(compiled, model, x), strict=True):
            assert torch.equal(one, two)
        assert layer.last.converged.all()
        with torch.no_grad():
            assert torch.equal(model(x), compiled(x))


@pytest.mark.parametrize(
    "solver",
    [
        deq.Picard(),
        deq.Anderson(),
        deq.Broyden(),
        deq.Newton(),
        deq.ODE(),
        deq.PseudoTransient(),
    ],
    ids=lambda solver: type(solver).__name__,
)
def test_compiled_around_every_solver(solver: object) -> None:
    torch._dynamo.reset()
    model = around(deq.DEQ(Cell(), solver=solver))
    x = inputs(5)
    assert torch.equal(model(x), torch.compile(model, backend="eager")(x))


def test_a_compiled_cell_in_a_compiled_model() -> None:
    torch._dynamo.reset()
    graphs: list[torch.fx.GraphModule] = []

    def backend(graph: torch.fx.GraphModule, example: object) -> Callable[..., object]:
        graphs.append(graph)
        return graph.forward

    cell = Cell()
    model, plain = around(deq.DEQ(torch.compile(cell, backend=backend))), around(deq.DEQ(cell))
    x = inputs(3)
    compiled = torch.compile(model, backend="eager")
    for one, two in zip(backed(compiled, model, x), backed(plain, plain, x), strict=True):
        assert torch.allclose(one, two, atol=1e-6)
    assert any("tanh" in graph.code for graph in graphs)  # not left alone with the layer


def test_functions_that_call_the_core_can_be_compiled() -> None:
    torch._dynamo.reset()
    layer = deq.DEQ(Cell(), start=nn.Linear(6, 6))

    def loss(x: Tensor) -> Tensor:
        *way, z = layer.corrections(x, count=2)
        ends = deq.solve(lambda z: 0.5 * torch.cos(z + x), torch.zeros_like(x)).z
        jitter = torch.Generator().manual_seed(0)
        return (
            (z - ends).square().mean()
            + sum(state.square().mean() for state in way)
            + layer.start_loss(x, z=z)
            + deq.jacobian_penalty(layer.cell, z, x, generator=jitter)
        )

    x = inputs(4)
    plain = torch.autograd.grad(loss(x), list(layer.parameters()))
    compiled = torch.autograd.grad(
        torch.compile(loss, backend="eager")(x), list(layer.parameters())
    )
    for one, two in zip(plain, compiled, strict=True):
        assert torch.equal(one, two)


def test_a_failure_inside_of_a_compiled_function_is_the_usual_one() -> None:
    torch._dynamo.reset()

    def doubled(x: Tensor) -> Tensor:
        return deq.solve(lambda z: 2 * z + x, x, solver=deq.Picard(), strict=True).z

    with pytest.raises(deq.ConvergenceError, match="Diverged"):
        torch.compile(doubled, backend="eager")(inputs(2))


def test_the_compiler_is_only_imported_by_those_who_compile() -> None:
    code = (
        "import sys, torch, deq\n"
        "deq.DEQ(lambda z, x: z / 2 + x)(torch.ones(2, 3))\n"
        "print('torch._dynamo' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@every_gradient
@pytest.mark.parametrize(
    "transformed",
    [
        lambda layer, x: torch.func.grad(lambda x: layer(x).sum())(x),
        lambda layer, x: torch.func.vmap(lambda row: layer(row[None]))(x),
        lambda layer, x: torch.func.jacrev(layer)(x),
        lambda layer, x: torch.func.jvp(layer, (x,), (x,)),
        lambda layer, x: torch.func.grad(
            lambda weights: torch.func.functional_call(layer, weights, (x,)).sum()
        )(dict(layer.named_parameters())),
        lambda layer, x: layer.to("meta")(x.to("meta")),
    ],
    ids=["grad", "vmap", "jacrev", "jvp", "functional_call", "meta"],
)
def test_transforms_that_hide_the_numbers_are_refused(
    transformed: Callable[[nn.Module, Tensor], object], gradient: object
) -> None:
    layer = deq.DEQ(Cell(), gradient=gradient)
    with pytest.raises(NotImplementedError, match=r"torch\.func\.grad, vmap.* Use backward\(\)"):
        transformed(layer, inputs(3))


def test_batched_gradients_are_refused() -> None:
    x = inputs(3).requires_grad_()
    z = deq.DEQ(Cell())(x)
    with pytest.raises(NotImplementedError, match="one vector at a time"):
        torch.autograd.grad(z, x, torch.eye(18).reshape(18, 3, 6), is_grads_batched=True)


@pytest.mark.parametrize("tracked", [True, False])
@pytest.mark.parametrize("gradient", [deq.Implicit(), deq.Phantom()])
def test_forward_mode_is_refused_and_never_quietly_zero(gradient: object, tracked: bool) -> None:
    layer = deq.DEQ(Cell(), gradient=gradient, solver=deq.Picard())
    x = inputs(3)
    with (
        forward_ad.dual_level(),
        torch.set_grad_enabled(tracked),
        pytest.raises(NotImplementedError, match="reverse mode"),
    ):
        layer(forward_ad.make_dual(x, torch.ones_like(x)))


def test_forward_mode_goes_through_unrolled_steps() -> None:
    layer = deq.DEQ(Cell().double(), gradient=deq.Unrolled(), tol=1e-12)
    x = inputs(3).double()
    way = torch.ones_like(x)
    with forward_ad.dual_level():
        tangent = forward_ad.unpack_dual(layer(forward_ad.make_dual(x, way))).tangent
    assert tangent is not None
    with torch.no_grad():
        slope = (layer(x + 1e-6) - layer(x - 1e-6)) / 2e-6
    assert torch.allclose(tangent.detach(), slope, atol=1e-6)


@pytest.mark.parametrize("width", [6, 80], ids=["dense", "krylov"])
def test_newton_goes_around_a_layer_inside_of_its_map(width: int) -> None:
    inner = deq.DEQ(lambda z, x: 0.3 * torch.tanh(z) + x, solver=deq.Picard(), tol=1e-12)
    x = torch.rand(3, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    def f(z: Tensor) -> Tensor:
        return 0.5 * torch.tanh(inner(z) + x)

    newton = deq.solve(f, x, solver=deq.Newton(), tol=1e-8)
    picard = deq.solve(f, x, solver=deq.Picard(), tol=1e-8)
    assert newton.converged.all()
    assert torch.allclose(newton.z, picard.z, atol=1e-7)
