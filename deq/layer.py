"""DEQ: a layer whose output is the equilibrium of a cell."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import torch
from torch import Tensor, nn

from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import S, State, layout_of, parts
from deq.gradients.base import Gradient, Problem, Settled, Statistics
from deq.gradients.implicit import Implicit
from deq.gradients.phantom import Phantom
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, require_number

T = TypeVar("T", bound=State)


class DEQ(nn.Module, Generic[S]):
    """Deep equilibrium layer: ``layer(x)`` is the z with z = cell(z, x).

    Parameters
    ----------
    cell : Module or callable
        ``cell(z, x)`` returns the new z, of the same shape (B, …) and dtype. Use the same weights
        and no fresh randomness at every call, or there is no equilibrium to find. A state may be a
        tuple of tensors of one batch size and dtype; the cell then takes and returns the tuple.
    solver : Picard, Anderson, ODE, …
        Forward solver, ``Anderson()`` unless given.
    tol : float
        A sample has converged when ‖cell(z, x) − z‖₂ ≤ tol + tol·‖z‖₂.
    max_evals : int
        Cap on the evaluations of the cell.
    gradient : Implicit, Phantom or Unrolled
        How gradients are found: exactly (``Implicit()``, unless given), approximately, or by
        backpropagation through the steps.
    start : Module, callable or None
        ``start(x)`` is where the solver starts when no ``z0`` is given; zeros like ``x`` without
        it. A start learned by ``start_loss`` saves evaluations ("Skip DEQ").

    Attributes
    ----------
    last : Statistics or None
        Statistics of the last forward pass, and of its backward pass once it has run. There is one
        per layer: threads that share a layer overwrite each other's.

    Notes
    -----
    The output requires grad exactly when ``x`` or a parameter of the cell does, in training and in
    evaluation mode. Memory, with ``Implicit``: the activations of one evaluation of the cell,
    however many steps were taken.

    ``torch.compile`` leaves the layer alone, also inside a compiled model. Compile the cell:
    ``deq.DEQ(torch.compile(cell))``. Transforms that hide the numbers (``torch.func``, batched
    gradients, forward mode) raise ``NotImplementedError``; forward mode works with ``Unrolled``
    while gradients are on.

    Nothing keeps a deep cell convergent while it learns. With 18 evaluations, 12 % of the training
    samples of a multiscale DEQ came to a relative residual of 1e-2 in the sixth epoch. With
    ``0.5 * deq.jacobian_penalty(layer.cell, z, x)`` in the loss 98 % did, with ``Phantom`` as well,
    in about the same time; 80 instead of 81 % of new samples were read correctly. Starts kept from
    the epoch before (``z0``) then save evaluations, 9 instead of 14. Without the penalty: Adam's
    rate 1e-2 instead of 3e-3 95 % (85 % read), first weights of deviation 0.01 91 % (83 %), kept
    starts 68 % (but 14 % of new samples, from zeros), ``Anderson(restart=1.0)`` 29 %, damping 0.5
    28 %. Medians of three seeds, by ``python tests/benchmarks/multiscale.py``.

    References
    ----------
    Bai, Kolter & Koltun, "Deep equilibrium models", 2019.

    Examples
    --------
    z = z/2 + x has the equilibrium 2x, so the gradient is 2.

    >>> import torch, deq
    >>> layer = deq.DEQ(lambda z, x: 0.5 * z + x, tol=1e-6)
    >>> x = torch.ones(1, 1, requires_grad=True)
    >>> z = layer(x)
    >>> z.backward()
    >>> round(z.item(), 4), round(x.grad.item(), 4)
    (2.0, 2.0)
    """

    def __init__(
        self,
        cell: Callable[[Any, Any], Any],
        *,
        solver: Solver | None = None,
        tol: float = 1e-4,
        max_evals: int = 100,
        gradient: Gradient | None = None,
        start: Callable[[Any], S] | None = None,
    ) -> None:
        super().__init__()
        if not callable(cell):
            raise TypeError(f"cell must be callable as cell(z, x), not {cell!r}.")
        if solver is not None and not isinstance(solver, Solver):
            raise TypeError(f"solver must be a solver such as deq.Anderson(), not {solver!r}.")
        if gradient is not None and not isinstance(gradient, Gradient):
            raise TypeError(
                "gradient must be deq.Implicit(…), deq.Phantom(…) or deq.Unrolled(…), "
                f"not {gradient!r}."
            )
        if start is not None and not callable(start):
            raise TypeError(f"start must be callable as start(x), not {start!r}.")
        require_number("tol", tol, low=0.0)
        require_count("max_evals", max_evals)
        self.cell = cell
        self.solver = solver if solver is not None else Anderson()
        self.tol = tol
        self.max_evals = max_evals
        self.gradient = gradient if gradient is not None else Implicit()
        self.start = start
        self.last: Statistics | None = None

    if TYPE_CHECKING:  # a module's own ``__call__`` returns Any

        @overload
        def __call__(self, x: Any) -> S: ...
        @overload
        def __call__(self, x: Any, z0: T) -> T: ...
        @overload
        def __call__(self, x: Any, z0: None) -> S: ...
        def __call__(self, x: Any, z0: Any = None) -> Any:
            """Return the equilibrium, as `forward` does."""

    def forward(self, x: Any, z0: State | None = None) -> Any:
        """Return the equilibrium z = cell(z, x), (B, …).

        Parameters
        ----------
        x : Tensor, or tuple of tensors
            The input, handed to the cell as it is.
        z0 : Tensor, shape (B, …), or tuple of such, or None
            Where the solver starts: at ``start(x)`` or zeros like ``x`` unless given. It must be
            given (or a ``start``) when the state has another shape than ``x``, or when ``x`` or
            the state is a tuple. No gradient flows into it, except by ``Unrolled``: an equilibrium
            does not depend on the start.

        Returns
        -------
        Tensor or tuple of Tensors
            Like ``z0``.
        """
        return self._settle(x, z0).z

    def corrections(self, x: Any, count: int, z0: State | None = None) -> list[Any]:
        """Return ``count`` states on the way to the equilibrium, and last the equilibrium itself.

        A loss on all of them teaches the cell to come close early::

            states = layer.corrections(x, 2)
            loss = sum(0.8 ** (2 - i) * error(z) for i, z in enumerate(states))

        Parameters
        ----------
        x, z0
            As for ``layer(x, z0)``.
        count : int
            How many states before the last, at least one: evenly spread over the solver's steps,
            after the start. Some are repeated when there were fewer steps.

        Returns
        -------
        list of Tensors, or of tuples of Tensors
            ``count + 1`` states (B, …). Each of the first carries the gradient of one tracked
            step from there, ``Phantom(steps=1)``, for one more evaluation of the cell; the last is
            ``layer(x, z0)``, with the layer's own gradient.

        References
        ----------
        Bai, Geng, Savani & Kolter, "Deep equilibrium optical flow estimation", 2022 ("fixed-point
        correction").
        """
        require_count("count", count)
        settled = self._settle(x, z0, record=True)
        last = len(settled.path) - 1
        chosen = [settled.path[ceil(i * last / (count + 1))] for i in range(1, count + 1)]
        if torch.is_grad_enabled():
            one_step = Phantom()
            chosen = [one_step.track(lambda z: self.cell(z, x), z) for z in chosen]
        return [*chosen, settled.z]

    def start_loss(self, x: Any, z: State) -> Tensor:
        """How far the learned start is from the equilibrium: mean over samples of ‖start(x) − z‖₂².

        Added to a training loss, it teaches ``start`` where the equilibria are; they themselves
        are not pulled to the start::

            z = layer(x)
            loss = error(z) + 0.1 * layer.start_loss(x, z)

        Parameters
        ----------
        x : Tensor, or tuple of tensors
            The input that was given to the layer. Pass ``x.detach()`` where what comes before the
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
        guess = parts(self.start(x))
        shapes = [tuple(part.shape) for part in guess]
        wanted = [tuple(part.shape) for part in parts(z)]
        if shapes != wanted:
            raise ValueError(f"start must return states of shape {wanted}, like z, not {shapes}.")
        # Sums over all that belongs to a sample, (B,); a 0-D state is one sample.
        squares = [(a - b.detach()).square().sum() for a, b in zip(guess, parts(z), strict=True)]
        return torch.stack(squares).sum() / layout_of(z).batch

    @eager
    def _settle(self, x: Any, z0: State | None, record: bool = False) -> Settled[Any]:
        """Find the equilibrium for ``x`` from ``z0``, in the way of the layer's gradient."""
        problem: Problem[Any] = Problem(
            f=lambda z: self.cell(z, x),
            z0=self._start(x) if z0 is None else z0,
            solver=self.solver,
            tol=self.tol,
            max_evals=self.max_evals,
            record=record,
            depends=self._depends(x),
        )
        settled = self.gradient.settle(problem)
        self.last = settled.statistics
        return settled

    def _start(self, x: Any) -> Any:
        """The start of the solver when no ``z0`` is given."""
        if self.start is not None:
            return self.start(x)
        if not isinstance(x, Tensor):
            raise TypeError("z0 must be given when x is not a single tensor.")
        return torch.zeros_like(x)

    def _depends(self, x: Any) -> bool:
        """Whether x or a parameter of the cell requires grad.

        A cell may also use tensors from elsewhere; those are seen in the graph of its evaluation.
        """
        tensors = x if isinstance(x, tuple | list) else (x,)
        if any(isinstance(t, Tensor) and t.requires_grad for t in tensors):
            return True
        module = self if self.start is None else self.cell  # a start's parameters do not count
        return isinstance(module, nn.Module) and any(p.requires_grad for p in module.parameters())

    def extra_repr(self) -> str:
        """Show the options."""
        return f"solver={self.solver}, tol={self.tol:g}, max_evals={self.max_evals}"
