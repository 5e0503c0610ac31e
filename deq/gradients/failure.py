"""What a layer does when a solve of its own has failed: warn, raise, or nothing."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import torch
from torch import Tensor

from deq.bookkeeping.autocast import recast
from deq.bookkeeping.coupling import coupling_hint
from deq.bookkeeping.layout import S, layout_of, packed, parts
from deq.solution import Solution
from deq.status import ConvergenceError, ConvergenceWarning, Status

if TYPE_CHECKING:
    from deq.gradients.base import Settled

OnFailure = Literal["warn", "raise", "ignore"]

# Of several ways to fail, the first of these is named.
_GRAVEST = (Status.NON_FINITE, Status.DIVERGED, Status.MAX_EVALS, Status.STALLED)
# A residual of at most so many units of rounding of the state is nothing but rounding.
_FLOOR = 4.0
# Two evaluations of one state that differ by more than so many of them are not the same map.
_RANDOM = 64.0

_FORWARD = "The forward solve of a DEQ failed: some of its states are not equilibria. "
_BACKWARD = "The backward solve of a DEQ failed; the gradient is approximate. "
_FRESH = (
    "Two evaluations of the cell at the same state differ, so there is no equilibrium to find: it "
    "draws fresh random numbers (as dropout does). Use the same ones at every evaluation."
)
_SINGULAR = (
    "Its residual is not small beside the gradient that came in. Where equilibria depend on their "
    "start, I − J is singular and no adjoint exists: use deq.Unrolled() there."
)
_WHERE = " (layer.last has the details; on_failure of deq.DEQ chooses what happens then.)"


def require_choice(on_failure: object) -> None:
    """Raise ValueError unless ``on_failure`` is one of the three choices."""
    if on_failure not in get_args(OnFailure):
        raise ValueError(f"on_failure must be 'warn', 'raise' or 'ignore', not {on_failure!r}.")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a few more evaluations of a cell tell about it.

    Attributes
    ----------
    dtype : torch.dtype
        The coarsest in which it computes.
    random : bool
        Whether two of them at one state differ by more than rounding.
    coupling : str
        What follows if the cell couples the samples of the batch, else empty.
    """

    dtype: torch.dtype
    random: bool
    coupling: str

    @classmethod
    def of(cls, f: Callable[[S], S], z: S, batch_dims: int) -> Probe:
        """Evaluate f at and near ``z`` (B, …); torch's random numbers are put back afterwards."""
        f = recast(f)
        layout = layout_of(z, 0)  # all of it together
        here = parts(z)[0]
        z_in = packed(tuple(part.detach().clone().requires_grad_() for part in parts(z)), z)
        with torch.random.fork_rng(devices=[here.device] if here.is_cuda else []):
            with torch.enable_grad():
                first = f(z_in)
            with torch.no_grad():
                second = layout.flat(f(z_in))  # (B, D)
        dtype = coarsest(parts(first), here.dtype)
        change = (layout.flat(first).detach() - second).nan_to_num(0.0).norm(dim=1)  # (B,)
        rounding = _RANDOM * torch.finfo(dtype).eps * second.nan_to_num(0.0).norm(dim=1)
        random = bool((change > rounding).any())
        with torch.no_grad():
            return cls(dtype, random, "" if random else coupling_hint(f, z, batch_dims))


def coarsest(tensors: tuple[Tensor, ...], dtype: torch.dtype) -> torch.dtype:
    """The floating-point dtype with the largest unit of rounding in the graph of ``tensors``.

    At least ``dtype``, which is that of the state.
    """
    found = {dtype}
    for node in graph_nodes(tensors):
        try:
            found |= {output.dtype for output in node._input_metadata}
        except RuntimeError:  # a custom function does not tell
            continue
    return max((d for d in found if d.is_floating_point), key=lambda d: torch.finfo(d).eps)


def graph_nodes(tensors: tuple[Tensor, ...]) -> set[Any]:
    """All nodes of the graph behind ``tensors``."""
    nodes = [part.grad_fn for part in tensors if part.grad_fn is not None]
    seen: set[Any] = set(nodes)
    while nodes:
        fresh = {n for n, _ in nodes.pop().next_functions if n is not None} - seen
        seen |= fresh
        nodes.extend(fresh)
    return seen


def forward_failed(
    settled: Settled[Any], probe: Probe, on_failure: OnFailure, batch_dims: int
) -> None:
    """Warn or raise, since a forward solve has not converged for every sample.

    The text depends on the cause only, so that Python shows the same one once.
    """
    z = packed(tuple(part.detach() for part in parts(settled.z)), settled.z)
    report = settled.statistics.forward
    solution = Solution(z, report.residual, report.nfe, report.status)
    size = layout_of(z, batch_dims).flat(z).norm(dim=1)  # (B,)
    at_floor = report.residual.flatten() <= _FLOOR * torch.finfo(probe.dtype).eps * size
    failed = ~report.converged.flatten()  # (B,)
    cause = _FRESH if probe.random else _cause(solution, failed, at_floor, probe.dtype)
    if probe.coupling:
        cause = f"{cause} {probe.coupling}"
    _tell(_FORWARD + cause + _WHERE, solution, on_failure)


def backward_failed(
    solution: Solution[Any],
    failed: Tensor,
    large: Tensor,
    dtype: torch.dtype,
    on_failure: OnFailure,
) -> None:
    """Warn or raise, since the adjoints of the samples ``failed`` (B,) are not good.

    ``large`` (B,) marks those whose residual is not small, ``dtype`` is the products' coarsest.
    """
    cause = _cause(solution, failed, torch.zeros_like(failed), dtype)
    if large.any():
        cause = f"{cause} {_SINGULAR}".lstrip()
    _tell(_BACKWARD + cause + _WHERE, solution, on_failure)


def _cause(solution: Solution[Any], failed: Tensor, at_floor: Tensor, dtype: torch.dtype) -> str:
    """The gravest failure in words; rounding is named where it explains all of them."""
    status = solution.status.flatten()  # (B,)
    if (at_floor | (status == int(Status.STALLED)))[failed].all():
        name = str(dtype).removeprefix("torch.")
        return (
            f"Stalled at the rounding floor of {name}, in which the cell computes: more "
            "evaluations do not lower the residual. Loosen tol or compute in a finer dtype."
        )
    codes = set(status[failed].tolist())
    return next((str(s) for s in _GRAVEST if int(s) in codes), "")


def _tell(message: str, solution: Solution[Any], on_failure: OnFailure) -> None:
    if on_failure == "raise":
        raise ConvergenceError(message, solution)
    if on_failure == "warn":
        warnings.warn(message, ConvergenceWarning, stacklevel=2)
