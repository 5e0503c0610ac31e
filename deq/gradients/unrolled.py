"""Unrolled gradients: ordinary backpropagation through the iteration itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from deq.bookkeeping.concrete import require_concrete
from deq.bookkeeping.layout import S, layout_of, require_state
from deq.bookkeeping.ledger import Ledger
from deq.gradients.base import Gradient, Problem, Report, Settled, Statistics, on_flat
from deq.solvers.base import require_number
from deq.solvers.picard import Picard
from deq.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrolled(Gradient):
    """The gradient of the iteration: backpropagation through every step from the start.

    The state is found by damped Picard steps, tracked by autograd::

        z ← z + h·(f(z) − z)        until ‖f(z) − z‖₂ ≤ atol + rtol·‖z‖₂, sample by sample

    *whatever the layer's solver is*: no other solver is unrolled. While gradients are switched off
    ``Picard`` takes the same steps without a graph, and in batches above four perhaps some more.

    Parameters
    ----------
    damping : float
        h, greater than 0 and at most 2.

    Notes
    -----
    Exact for the finite network of these steps, and so as close to the gradient of the equilibrium
    (``Implicit``) as the steps are to convergence. Memory grows with their number: the activations
    of every evaluation are kept. Gradients flow into the start. A start that already passes the
    stop test is returned as it is, so from that sample parameters get the gradient zero. A sample
    that fails returns its best state, with the gradient of the steps that led there. Second
    derivatives are supported.

    References
    ----------
    Werbos, "Backpropagation through time: what it does and how to do it", Proc. IEEE, 1990.

    Examples
    --------
    Three steps from zero; the fourth evaluation only looks.

    >>> import torch, deq
    >>> x = torch.ones(1, 1, requires_grad=True)
    >>> layer = deq.DEQ(
    ...     lambda z, x: 0.5 * z + x, gradient=deq.Unrolled(), max_evals=4, on_failure="ignore"
    ... )
    >>> layer(x).backward()
    >>> x.grad.item()  # 1 + 1/2 + 1/4
    1.75
    """

    damping: float = 1.0

    def __post_init__(self) -> None:
        require_number("damping", self.damping, low=0.0, high=2.0)

    def settle(self, problem: Problem[S]) -> Settled[S]:
        """Iterate from the start, with a graph if gradients are on."""
        picard = Picard(damping=self.damping)
        if not torch.is_grad_enabled():
            return Settled.of(problem.solve(picard))
        require_state("z0", problem.z0, problem.batch_dims)
        layout = layout_of(problem.z0, problem.batch_dims)
        evaluate = on_flat(problem.f, layout)
        z = best = layout.flat(problem.z0)  # (B, D)
        require_concrete(z.detach())
        ledger = Ledger(
            z.detach(),
            atol=problem.atol,
            rtol=problem.rtol,
            max_evals=problem.max_evals,
            record=problem.record,
        )
        cap = problem.max_evals if layout.batch else 1
        for step in range(cap):
            fz = evaluate(z)  # (B, D)
            ledger.count(fz.detach())
            before, residual = ledger.frozen, ledger.best
            flat = z.detach()
            done = ledger.observe(step * picard.dt, flat, fz.detach() - flat)
            improved = ledger.best != residual  # (B,) whose best state is this one
            best = z if improved.all() else torch.where(improved[:, None], z, best)
            if done or step + 1 == cap:
                break
            frozen = ledger.frozen  # (B,), a new tensor when a sample has just finished
            if frozen is not None and frozen is not before and not fz.isfinite().all():
                # Zero times NaN is NaN: a graph through this evaluation would spoil the gradients
                # of all. So evaluate again, with the samples that have failed put back.
                z = torch.where(frozen[:, None], best, z)
                fz = evaluate(z)
            z, _ = picard.step(None, z, fz)
            if frozen is not None:
                z = torch.where(frozen[:, None], best, z)
        ledger.close(None, Status.MAX_EVALS)
        if not best.requires_grad:  # no step was taken: depend on f, with the gradient zero
            best = torch.where(torch.zeros_like(best, dtype=torch.bool), fz, best)
        report = Report(
            residual=ledger.best.view(layout.batch_shape),
            nfe=ledger.nfe.view(layout.batch_shape),
            status=ledger.status.view(layout.batch_shape),
        )
        states = [] if ledger.recording is None else ledger.recording.states
        path = [layout.shaped(state) for state in states]
        return Settled(layout.shaped(best.clone()), Statistics(report), path)

    def attach(self, problem: Problem[S], z: S, statistics: Statistics) -> S:
        """Refuse: these gradients come from the steps, not from the state."""
        raise TypeError(
            "Unrolled gradients belong to the steps that led to a state; for corrections use "
            "gradient=deq.Phantom(…) or deq.Implicit(…)."
        )
