"""Several states as a tuple: solved as one state per sample, returned as the tuple they came in."""

from typing import NamedTuple

import pytest
import torch
from torch import Tensor

import deq
from deq import Status
from tests.problems import F64, tanh_net
from tests.solve.test_solve import every_solver

Pair = tuple[Tensor, Tensor]


def split(batch: int = 4) -> tuple[object, object, Tensor]:
    """A tanh net of width 12 as a map of one state, the same of two states, and its input."""
    f, _, x = tanh_net(n=12, batch=batch, gain=0.7)

    def pair(z: Pair) -> Pair:
        joint = f(torch.cat([z[0], z[1].reshape(batch, 8)], dim=1))
        return joint[:, :4], joint[:, 4:].reshape(batch, 2, 4)

    return f, pair, x


@every_solver
@pytest.mark.parametrize("batch", [1, 4])
def test_a_tuple_is_solved_like_its_concatenation(solver: object, batch: int) -> None:
    f, pair, x = split(batch)
    one = deq.solve(f, torch.zeros_like(x), solver=solver, tol=1e-6, max_evals=999, record=True)
    z0 = (torch.zeros(batch, 4, dtype=F64), torch.zeros(batch, 2, 4, dtype=F64))
    two = deq.solve(pair, z0, solver=solver, tol=1e-6, max_evals=999, record=True)
    assert isinstance(two.z, tuple)
    assert two.converged.all()
    assert torch.equal(two.nfe, one.nfe)
    assert torch.allclose(two.residual, one.residual, rtol=1e-6, atol=1e-14)
    assert torch.allclose(torch.cat([two.z[0], two.z[1].reshape(batch, 8)], 1), one.z, atol=1e-12)
    assert isinstance(two.trajectory.z, tuple)
    steps = len(two.trajectory.t)
    assert [p.shape for p in two.trajectory.z] == [(steps, batch, 4), (steps, batch, 2, 4)]
    for path, z in zip(two.trajectory.z, two.z, strict=True):
        assert torch.equal(path[-1], z)


class Flow(NamedTuple):
    """A state with names."""

    speed: Tensor
    height: Tensor


def rest(z: Flow, x: Tensor | float = 1.0) -> Flow:
    """Settles at speed = x/2, height = x; used by name, as a cell of one's own would be."""
    return Flow(speed=0.5 * z.height, height=0.5 * z.speed + 0.75 * x)


@every_solver
def test_a_namedtuple_keeps_its_names(solver: object) -> None:
    z0 = Flow(torch.zeros(2, 3, dtype=F64), torch.zeros(2, 3, dtype=F64))
    sol = deq.solve(rest, z0, solver=solver, tol=1e-8, max_evals=999, record=True)
    assert isinstance(sol.z, Flow)
    assert sol.converged.all()
    assert torch.allclose(sol.z.speed, torch.full((2, 3), 0.5, dtype=F64), atol=1e-7)
    assert sol.trajectory.z.height.shape == (len(sol.trajectory.t), 2, 3)
    with torch.inference_mode():
        assert isinstance(deq.solve(rest, z0, solver=solver, max_evals=3).z, Flow)


@pytest.mark.parametrize("gradient", [deq.Implicit(), deq.Phantom(steps=40), deq.Unrolled()])
def test_a_layer_keeps_the_names_of_its_state(gradient: object) -> None:
    x = torch.ones(2, 3, dtype=F64, requires_grad=True)
    z0 = Flow(torch.zeros(2, 3, dtype=F64), torch.zeros(2, 3, dtype=F64))
    layer = deq.DEQ(rest, tol=1e-9, gradient=gradient, start=lambda x: z0)
    z = layer(x)
    assert isinstance(z, Flow)
    (slope,) = torch.autograd.grad(z.speed.sum(), x)
    assert torch.allclose(slope, torch.full_like(x, 0.5), atol=1e-6)
    assert all(isinstance(state, Flow) for state in layer.corrections(x, count=2))
    assert layer.start_loss(x, z=z).item() == pytest.approx(3 * (0.5**2 + 1))
    with torch.no_grad():
        assert isinstance(layer(x), Flow)
    # Its Jacobian has ones half off the diagonal: eigenvalues ±1/2, and 1/4 a row.
    assert deq.diagnostics.spectral_radius(rest, z, x).tolist() == pytest.approx([0.5] * 2)
    assert deq.jacobian_penalty(rest, z, x).item() == pytest.approx(0.25)


def test_the_norm_is_over_all_states_together() -> None:
    # Alone, the second state would need a residual of 1e-3; beside a large one it needs less.
    sol = deq.solve(
        lambda z: (z[0], 0.5 * z[1]),
        (torch.full((1, 1), 1e3, dtype=F64), torch.ones(1, 1, dtype=F64)),
        solver=deq.Picard(),
        tol=1e-3,
    )
    assert sol.nfe.tolist() == [1]
    assert sol.residual.item() == 0.5


def test_states_of_any_shape_keep_it_and_their_memory_order() -> None:
    seen = []

    def f(z: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        seen.append(z)
        return tuple(torch.cos(part) for part in z)

    image = torch.zeros(2, 3, 4, 5).to(memory_format=torch.channels_last)
    sol = deq.solve(f, (torch.zeros(2), image, torch.zeros(2, 0), torch.zeros(2, 1, 2)))
    assert [tuple(p.shape) for p in sol.z] == [(2,), (2, 3, 4, 5), (2, 0), (2, 1, 2)]
    for scalars, picture, nothing, vector in [*seen, sol.z]:
        assert picture.is_contiguous(memory_format=torch.channels_last)
        assert scalars.is_contiguous()
        assert nothing.is_contiguous()
        assert vector.is_contiguous()
    assert deq.solve(f, (torch.zeros(()), torch.zeros(1, 3))).z[0].shape == ()
    (alone,) = deq.solve(f, (torch.zeros(2, 3),)).z
    assert torch.equal(alone, deq.solve(torch.cos, torch.zeros(2, 3)).z)
    empty = deq.solve(f, (torch.zeros(0, 3), torch.zeros(0)), record=True)
    assert [tuple(p.shape) for p in empty.z] == [(0, 3), (0,)]


def test_one_state_that_breaks_takes_its_sample_and_no_other() -> None:
    bad = torch.tensor([False, True, False])
    sol = deq.solve(
        lambda z: (0.5 * z[0] + 1, torch.where(bad, torch.nan, 0.5 * z[1] + 1)),
        (torch.zeros(3, 2, dtype=F64), torch.zeros(3, dtype=F64)),
    )
    assert sol.converged.tolist() == [True, False, True]
    assert Status(int(sol.status[1])) is Status.NON_FINITE
    assert all(part.isfinite().all() for part in sol.z)


@pytest.mark.parametrize(
    ("z0", "error", "sentence"),
    [
        ((), ValueError, "z0 must hold at least one tensor"),
        ([torch.zeros(1)], TypeError, "z0 must be a tensor of floating .* not list"),
        ((torch.zeros(1), 2.0), TypeError, r"z0\[1\] must be a tensor .* not float"),
        ((torch.zeros(1), torch.zeros(1, dtype=torch.int64)), TypeError, r"z0\[1\] .* torch.int64"),
        ((torch.zeros(1), (torch.zeros(1),)), TypeError, r"z0\[1\] must be a tensor, not a tuple"),
        ((torch.zeros(1), torch.zeros(1, dtype=F64)), TypeError, "z0 must be of one dtype"),
        ((torch.zeros(2), torch.zeros(3, 2)), ValueError, "z0 must be of one batch size: .* 3"),
        ((torch.zeros(2), torch.zeros(2, device="meta")), ValueError, "z0 must be on one device"),
    ],
)
def test_unusable_starts_get_a_sentence(z0: object, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error, match=sentence):
        deq.solve(lambda z: z, z0)


@pytest.mark.parametrize(
    ("f", "error", "sentence"),
    [
        (lambda z: z[0], TypeError, "f must return a tuple of 2 tensors, like its state, not Tens"),
        (lambda z: z[:1], ValueError, "number of its states: it was given 2 and returned 1"),
        (lambda z: (z[0], z[1][:, :1]), ValueError, "keep the shape of state 1"),
        (lambda z: (z[0].double(), z[1]), TypeError, "keep the dtype of state 0"),
        (lambda z: (z[0], None), TypeError, "f must return a tensor, not NoneType"),
    ],
)
def test_maps_that_change_the_kind_of_their_state_are_named(
    f: object, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        deq.solve(f, (torch.zeros(2, 3), torch.zeros(2, 3)))
