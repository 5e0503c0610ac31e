"""Losses beside the one on the equilibrium: on states on the way to it, and on a learned start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any, Unpack

import torch
from torch import Tensor, nn

from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import State, layout_of, parts
from deq.dropout import redraws
from deq.functional import Budget
from deq.gradients.base import Gradient, Problem, Settled, Statistics
from deq.gradients.phantom import Phantom
from deq.solvers.base import require_count


class AuxiliaryLosses(nn.Module):
    """The part of a ``DEQ`` that serves these losses."""

    start: Callable[..., Any] | None
    batch_dims: int

    def _problem(
        self,
        inputs: tuple[Any, ...],
        z0: State | None,
        record: bool = False,
        **budget: Unpack[Budget],
    ) -> Problem[Any]:
        raise NotImplementedError

    def _settle(self, problem: Problem[Any]) -> Settled[Any]:
        raise NotImplementedError

    @eager
    @redraws
    def corrections(
        self,
        *inputs: Any,
        count: int | None = None,
        at: Sequence[int] | None = None,
        gradient: Gradient | None = None,
        z0: State | None = None,
        **budget: Unpack[Budget],
    ) -> list[Any]:
        """Return states on the way to the equilibrium, and last the equilibrium itself.

        A loss on all of them teaches the cell to come close early::

            states = layer.corrections(x, at=[3, 8])
            loss = sum(0.8 ** (2 - i) * error(z) for i, z in enumerate(states))

        Parameters
        ----------
        *inputs, z0, **budget
            As for ``layer(x, z0=z0)``.
        count : int or None
            How many states before the last, at least one: evenly spread over the solver's steps,
            after the start. Some are repeated when there were fewer steps.
        at : sequence of int or None
            In place of ``count``: after how many steps of the solver each state is taken, at least
            one. A solve that took fewer steps gives its last state.
        gradient : Phantom, Implicit or None
            How the states before the last are differentiated: by tracked steps from there,
            ``Phantom(steps=1)`` unless given, or as if each were the equilibrium, ``Implicit()``.

        Returns
        -------
        list of Tensors, or of tuples of Tensors
            ``count + 1`` (or ``len(at) + 1``) states (B, …). Each of the first costs what its
            gradient costs, one more evaluation of the cell by ``Phantom(steps=1)``; the last is
            ``layer(x, z0=z0)``, with the layer's own gradient.

        References
        ----------
        Bai, Geng, Savani & Kolter, "Deep equilibrium optical flow estimation", 2022 ("fixed-point
        correction").
        """
        if (count is None) == (at is None):
            raise TypeError("Give count=2, say, or at=[3, 8]: which states shall be returned?")
        for name, value in [("count", count)] if at is None else [("at", i) for i in at]:
            require_count(name, value)
        gradient = gradient or Phantom()
        problem = self._problem(inputs, z0, record=True, **budget)
        settled = self._settle(problem)
        last = len(settled.path) - 1
        if count is not None:
            at = [ceil(i * last / (count + 1)) for i in range(1, count + 1)]
        chosen = [settled.path[min(i, last)] for i in at or ()]
        if torch.is_grad_enabled():
            forward = settled.statistics.forward
            chosen = [gradient.attach(problem, z, Statistics(forward)) for z in chosen]
        return [*chosen, settled.z]

    def start_loss(self, *inputs: Any, z: State) -> Tensor:
        """How far the learned start is from the equilibrium: mean over samples of ‖start(x) − z‖₂².

        Added to a training loss, it teaches ``start`` where the equilibria are; they themselves
        are not pulled to the start::

            z = layer(x)
            loss = error(z) + 0.1 * layer.start_loss(x, z=z)

        Parameters
        ----------
        *inputs
            Those that were given to the layer. Pass ``x.detach()`` where what comes before the
            layer should not learn from this loss.
        z : Tensor, shape (B, …), or tuple of such
            ``layer(x)``; it is detached here.

        Returns
        -------
        Tensor ()

        Raises
        ------
        TypeError
            If the layer has no ``start``.
        ValueError
            If ``start(x)`` has another shape than ``z``.

        References
        ----------
        Pal, Edelman & Rackauckas, "Continuous deep equilibrium models: training neural ODEs faster
        by integrating them to infinity", 2023 ("Skip DEQ").
        """
        if self.start is None:
            raise TypeError("start_loss needs a layer with a start: deq.DEQ(cell, start=…).")
        guess = parts(self.start(*inputs))
        shapes = [tuple(part.shape) for part in guess]
        wanted = [tuple(part.shape) for part in parts(z)]
        if shapes != wanted:
            raise ValueError(f"start must return states of shape {wanted}, like z, not {shapes}.")
        # Sums over all that belongs to a sample, (B,); a 0-D state is one sample.
        squares = [(a - b.detach()).square().sum() for a, b in zip(guess, parts(z), strict=True)]
        return torch.stack(squares).sum() / layout_of(z, self.batch_dims).batch
