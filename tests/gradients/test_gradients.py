"""What every gradient promises, whichever it is: gradcheck, dtypes, autocast, compiled cells."""

import warnings

import pytest
import torch
from torch import Tensor, nn

import deq
from deq.solvers import Solver
from tests.gradients.test_implicit import Net
from tests.problems import F64

TIGHT = 1e-11
# Whatever the package exports: as solvers of the adjoint, which is linear, all of them will do.
ADJOINTS = {
    name: thing()
    for name in deq.__all__
    if isinstance(thing := getattr(deq, name), type) and issubclass(thing, Solver)
}
GRADIENTS = {
    "implicit": deq.Implicit(tol=TIGHT, max_evals=2000),
    "phantom": deq.Phantom(steps=80),
    "unrolled": deq.Unrolled(),
}
# Those made for affine maps have no business in a forward solve.
FORWARDS = {name: solver for name, solver in ADJOINTS.items() if name not in ("GMRES", "Dense")}
every_gradient = pytest.mark.parametrize("gradient", GRADIENTS.values(), ids=GRADIENTS)


def exact(cell: object, gradient: object) -> deq.DEQ:
    return deq.DEQ(cell, tol=TIGHT, max_evals=2000, gradient=gradient, modules=())


def sample(*shape: int, seed: int = 5) -> Tensor:
    g = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=F64, generator=g).requires_grad_()


@pytest.mark.parametrize("name", ADJOINTS)
def test_gradcheck_with_every_solver_of_the_adjoint(name: str) -> None:
    net, z0 = Net(), torch.zeros(3, 4, dtype=F64)
    gradient = deq.Implicit(solver=ADJOINTS[name], tol=TIGHT, max_evals=5000)
    layer = exact(net, gradient)
    inputs = (sample(3, 3), *net.parameters())
    assert torch.autograd.gradcheck(lambda x, *_: layer(x, z0=z0), inputs)
    assert layer.last.backward.converged.all()


@pytest.mark.parametrize("name", FORWARDS)
def test_gradcheck_with_every_forward_solver(name: str) -> None:
    net, z0 = Net(), torch.zeros(3, 4, dtype=F64)
    gradient = deq.Implicit(tol=TIGHT, max_evals=2000)
    layer = deq.DEQ(net, solver=FORWARDS[name], tol=TIGHT, max_evals=5000, gradient=gradient)
    inputs = (sample(3, 3), *net.parameters())
    assert torch.autograd.gradcheck(lambda x, *_: layer(x, z0=z0), inputs, fast_mode=True)


@every_gradient
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 2, 2), (2, 3, 2, 2)])
def test_gradcheck_of_any_shape(gradient: object, shape: tuple[int, ...]) -> None:
    layer = exact(lambda z, x: torch.sin(0.5 * z + x), gradient)
    assert torch.autograd.gradcheck(layer, (sample(*shape),))


def three(net: nn.Module, z: tuple[Tensor, ...], x: Tensor) -> tuple[Tensor, ...]:
    """A net of width 6 as a cell of three states (B, 2), (B,) and (B, 3, 1)."""
    out = net(torch.cat([z[0], z[1][:, None], z[2].flatten(1)], dim=1), x)
    return out[:, :2], out[:, 2], out[:, 3:, None]


STATES = (torch.zeros(3, 2, dtype=F64), torch.zeros(3, dtype=F64), torch.zeros(3, 3, 1, dtype=F64))


@every_gradient
def test_gradcheck_through_several_states(gradient: object) -> None:
    net = Net(n=6, gain=0.6)
    layer = exact(lambda z, x: three(net, z, x), gradient)
    inputs = (sample(3, 3), net.w, net.b)
    assert torch.autograd.gradcheck(lambda x, *_: layer(x, z0=STATES), inputs)


@pytest.mark.parametrize("name", ADJOINTS)
def test_several_states_have_the_gradient_of_one(name: str) -> None:
    net, x = Net(n=6), sample(3, 3)
    gradient = deq.Implicit(solver=ADJOINTS[name], tol=TIGHT, max_evals=5000)
    inputs = [x, *net.parameters()]
    one = exact(net, gradient)(x, z0=torch.zeros(3, 6, dtype=F64))
    apart = exact(lambda z, x: three(net, z, x), gradient)(x, z0=STATES)
    assert torch.allclose(torch.cat([p.reshape(3, -1) for p in apart], dim=1), one)
    # A loss on one of them only: the others pass its gradient on.
    wanted = torch.autograd.grad(one[:, 2].square().sum(), inputs)
    got = torch.autograd.grad(apart[1].square().sum(), inputs)
    for a, b in zip(wanted, got, strict=True):
        assert torch.allclose(a, b, rtol=1e-7, atol=1e-10)


def test_no_gradient_is_lost_when_the_solve_stops_early() -> None:
    # Already the second evaluation passes the test; the truth is 1/(1 − 0.5³) and its halves.
    x = torch.ones(2, 1, dtype=F64, requires_grad=True)
    layer = deq.DEQ(lambda z, x: (0.5 * z[2] + x, 0.5 * z[0], 0.5 * z[1]), tol=0.9)
    z = layer(x, z0=(torch.zeros(2, 1, dtype=F64),) * 3)
    assert layer.last.nfe.max() <= 2
    for i, part in enumerate(z):
        (grad,) = torch.autograd.grad(part.sum(), x, retain_graph=True)
        assert torch.allclose(grad, torch.full_like(x, 0.5**i / (1 - 0.125)), rtol=1e-4)


def test_an_adjoint_of_several_states_that_fails_is_reported() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    gradient = deq.Implicit(solver=deq.Picard(), max_evals=3)
    layer = deq.DEQ(lambda z, x: (0.99 * z[1] + x, 0.99 * z[0]), tol=1e-3, gradient=gradient)
    z = layer(x, z0=(torch.zeros(2, 1), torch.zeros(2, 1)))
    with pytest.warns(RuntimeWarning, match="the gradient is approximate. Stopped at the cap"):
        z[0].sum().backward()
    assert layer.last.backward.nfe.tolist() == [3, 3]
    assert x.grad.isfinite().all()


def test_a_state_that_nothing_trains_gets_none_of_the_gradient() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    layer = deq.DEQ(lambda z, x: (0.5 * z[0] + x, torch.ones(2, 3)), tol=1e-6)
    z = layer(x, z0=(torch.zeros(2, 1), torch.zeros(2, 3)))
    (z[0].sum() + z[1].sum()).backward()
    assert torch.allclose(x.grad, torch.full_like(x, 2.0), rtol=1e-3)


def test_second_derivatives_through_several_states_are_refused() -> None:
    x = torch.ones(2, 1, requires_grad=True)
    z = deq.DEQ(lambda z, x: (z[1].cos() * x, z[0] / 2))(
        x, z0=(torch.zeros(2, 1), torch.zeros(2, 1))
    )
    (grad,) = torch.autograd.grad(z[0].square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="Second derivatives through a DEQ"):
        torch.autograd.grad(grad.sum(), x)


def test_second_derivatives_of_phantom_and_unrolled() -> None:
    net = Net(n=3, gain=0.4)
    inputs, zeros = (sample(2, 3), net.w), torch.zeros(2, 3, dtype=F64)
    unrolled = exact(net, deq.Unrolled())
    assert torch.autograd.gradgradcheck(lambda x, _: unrolled(x, z0=zeros), inputs)
    # A phantom's second derivative is that of its steps from a z* held fixed.
    z = unrolled(inputs[0], z0=zeros).detach()
    track = deq.Phantom(steps=3, damping=0.7).track
    assert torch.autograd.gradgradcheck(lambda x, _: track(lambda z: net(z, x), z), inputs)


@every_gradient
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("parameters", [True, False])
@pytest.mark.parametrize("inputs", [True, False])
def test_the_output_requires_grad_exactly_when_something_does(
    gradient: object, train: bool, parameters: bool, inputs: bool
) -> None:
    net = Net(n=6).requires_grad_(parameters)
    x = torch.ones(3, 3, dtype=F64, requires_grad=inputs)
    single = deq.DEQ(net, gradient=gradient).train(train)
    joint = deq.DEQ(lambda z, x: three(net, z, x), gradient=gradient, modules=net).train(train)
    for z0 in (torch.zeros(3, 6, dtype=F64), single(x, z0=torch.zeros(3, 6, dtype=F64)).detach()):
        assert single(x, z0=z0).requires_grad is (parameters or inputs)
    assert all(z.requires_grad is (parameters or inputs) for z in joint(x, z0=STATES))
    with torch.no_grad():
        assert not single(x, z0=torch.zeros(3, 6, dtype=F64)).requires_grad
        assert not any(z.requires_grad for z in joint(x, z0=STATES))


def test_the_start_alone_makes_no_output_require_grad_unless_unrolled() -> None:
    z0 = torch.zeros(2, 3, requires_grad=True)
    for name, gradient in GRADIENTS.items():
        layer = deq.DEQ(
            lambda z, x: 0.5 * z + x, gradient=gradient, max_evals=3, on_failure="ignore"
        )
        z = layer(torch.ones(2, 3), z0=z0)
        assert z.requires_grad is (name == "unrolled")


def test_the_cell_is_evaluated_with_a_graph_once() -> None:
    tracked = []
    w = torch.tensor(0.5, requires_grad=True)

    def cell(z: Tensor, x: Tensor) -> Tensor:
        tracked.append(torch.is_grad_enabled())
        return w * z + x  # w is nobody's parameter: only the graph shows it

    z = deq.DEQ(cell)(torch.ones(2, 3))
    assert z.requires_grad
    assert sum(tracked) == 1


def test_a_cell_that_returns_a_leaf_or_its_argument() -> None:
    w, x = torch.ones(2, 3, requires_grad=True), torch.ones(2, 3)
    deq.DEQ(lambda z, x: w)(x).sum().backward()
    assert w.grad.tolist() == [[1.0] * 3] * 2
    assert not deq.DEQ(lambda z, x: z)(x).requires_grad
    assert not deq.DEQ(lambda z, x: z.cos())(x).requires_grad


@every_gradient
def test_two_forwards_before_one_backward(gradient: object) -> None:
    net, z0 = Net(), torch.zeros(2, 4, dtype=F64)
    layer = exact(net, gradient)
    xs = [torch.full((2, 3), v, dtype=F64) for v in (0.3, -0.7)]
    apart = [torch.autograd.grad(layer(x, z0=z0).sum(), net.w)[0] for x in xs]
    one, two = layer(xs[0], z0=z0), layer(xs[1], z0=z0)
    (one.sum() + two.sum()).backward()
    assert torch.allclose(net.w.grad, apart[0] + apart[1])


@every_gradient
def test_an_empty_batch_goes_through(gradient: object) -> None:
    net = Net()
    z = deq.DEQ(net, gradient=gradient)(
        torch.zeros(0, 3, dtype=F64), z0=torch.zeros(0, 4, dtype=F64)
    )
    z.sum().backward()
    assert z.shape == (0, 4)
    assert net.w.grad.abs().sum() == 0


@every_gradient
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_dtypes_are_kept(gradient: object, dtype: torch.dtype) -> None:
    x = torch.ones(2, 3, dtype=dtype, requires_grad=True)
    layer = deq.DEQ(lambda z, x: torch.tanh(0.5 * z + x), gradient=gradient, tol=1e-5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tight adjoint is out of float32's reach
        z = layer(x)
        z.sum().backward()
    assert z.dtype == x.grad.dtype == dtype
    slope = 1 - z.detach() ** 2
    assert torch.allclose(x.grad, slope / (1 - 0.5 * slope), rtol=1e-3)


class Linear(nn.Module):
    """tanh(W z) + x in float32, (B, 8)."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(8, 8)
        with torch.no_grad():
            self.linear.weight.mul_(0.5)

    def forward(self, z: Tensor, x: Tensor) -> Tensor:
        return torch.tanh(self.linear(z)) + x  # bfloat16 under autocast, plus float32


@every_gradient
def test_autocast_to_bfloat16(gradient: object) -> None:
    cell = Linear()
    x = torch.randn(4, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
    layer = deq.DEQ(cell, tol=2e-2, gradient=gradient)
    if isinstance(gradient, deq.Implicit):
        layer.gradient = deq.Implicit(tol=1e-2)
    grads = []
    for enabled in (False, True):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=enabled):
            z = layer(x)
        assert z.dtype == torch.float32
        assert layer.last.converged.all()
        z.square().sum().backward()
        grads.append(x.grad.clone())
        x.grad = None
    assert torch.allclose(grads[0], grads[1], atol=0.2, rtol=0.1)


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor")  # Dynamo looks at a view's
@every_gradient
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_compiled_cells(gradient: object, backend: str) -> None:
    torch._dynamo.reset()
    cell = Linear()
    x = torch.randn(4, 8, generator=torch.Generator().manual_seed(1)).requires_grad_()
    options = {"tol": 1e-4, "gradient": gradient}
    if isinstance(gradient, deq.Implicit):
        options["gradient"] = deq.Implicit(tol=1e-4)
    grads = []
    for f in (cell, torch.compile(cell, backend=backend)):
        z = deq.DEQ(f, **options)(x)
        grads.append(torch.autograd.grad(z.square().sum(), [x, *cell.parameters()]))
    for one, two in zip(*grads, strict=True):
        assert torch.allclose(one, two, atol=1e-5)
