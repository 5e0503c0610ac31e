"""DEQ: a layer whose output is the equilibrium of a cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack, overload

import torch

from deq.auxiliary import AuxiliaryLosses
from deq.bookkeeping.eager import eager
from deq.bookkeeping.layout import S, State, parts
from deq.closure import Modules, registered, warn_of_unregistered
from deq.dropout import redraws
from deq.functional import Budget, depends, from_zeros, require_options
from deq.gradients.base import Gradient, Problem, Settled, Statistics
from deq.gradients.failure import OnFailure, Probe, forward_failed, require_choice
from deq.gradients.implicit import Implicit
from deq.gradients.shield import fill_cache
from deq.solvers.anderson import Anderson
from deq.solvers.base import Solver, require_count, tolerances

T = TypeVar("T", bound=State)


class DEQ(AuxiliaryLosses, Generic[S]):
    """Deep equilibrium layer: ``layer(x)`` is the z with z = cell(z, x).

    ``layer(x, mask, …)`` hands all its inputs to the cell: z = cell(z, x, mask, …).

    Parameters
    ----------
    cell : Module or callable
        ``cell(z, x, …)`` returns the new z, of the same shape (B, …) and dtype. Use the same
        weights and no fresh randomness at every call, or there is no equilibrium to find (for
        dropout there is ``FixedDropout``). A state may be a tuple of tensors of one batch size and
        dtype; the cell then takes and returns the tuple.
    solver : Picard, Anderson, ODE, …
        Forward solver, ``Anderson()`` unless given.
    tol, atol, rtol : float
        A sample has converged when ‖cell(z, x) − z‖₂ ≤ atol + rtol·‖z‖₂. ``tol`` stands in for what
        is not given. Where ‖z‖ exceeds ‖z₀‖ + r₀, with r₀ the residual at the start z₀, the
        residual must also be at most max(atol + rtol·(‖z₀‖ + r₀), min(√rtol, 1/4)·r₀, ε·‖z‖/2), as
        ``deq.solve`` explains.
    max_evals : int
        Cap on the evaluations of the cell.
    batch_dims : int
        How many of the first dimensions of the state count samples, as for ``deq.solve``: 1 for a
        batch (B, …); 0 for the nodes (N, d) of one graph, or for sequences (T, B, d) with time
        first, whose entries depend on each other: the whole tensor is then one sample.
    gradient : Implicit, Phantom or Unrolled
        How gradients are found: exactly (``Implicit()``, unless given), approximately, or by
        backpropagation through the steps.
    start : Module, callable or None
        ``start(x, …)``, of all inputs, is where the solver starts when no ``z0`` is given; zeros
        like ``x`` without it. A start learned by ``start_loss`` saves evaluations ("Skip DEQ").
    on_failure : "warn", "raise" or "ignore"
        What happens when a forward or backward solve fails for some sample: a
        ``ConvergenceWarning``, whose text stays the same from step to step, so that Python shows it
        once; a ``ConvergenceError`` with the solution; or nothing. ``last`` has the details anyway.
        To name the cause, the first failure of a layer costs a few more evaluations of the cell.
    modules : Module, or list or dict of Modules, or None
        What a cell that is a function uses: it becomes part of the layer, as ``used``.
        Trainable parameters that such a cell uses and the layer does not have are named in a
        warning. ``modules=()`` says that another module has them.

    Attributes
    ----------
    last : Statistics or None
        Statistics of the last forward pass, and of its backward pass once it has run. There is one
        per layer: threads that share a layer overwrite each other's.

    Notes
    -----
    The output requires grad exactly when an input or a parameter of the cell does, in training and
    in evaluation mode. Memory, with ``Implicit``: the activations of one evaluation of the cell,
    however many steps were taken.

    ``torch.compile`` leaves the layer alone, also inside a compiled model. Compile the cell:
    ``deq.DEQ(torch.compile(cell))``. Transforms that hide the numbers (``torch.func``, batched
    gradients, forward mode) raise ``NotImplementedError``; forward mode works with ``Unrolled``
    while gradients are on.

    Under ``torch.autocast`` the cell may return another dtype than its state's: it is cast back.
    Within ``parametrize.cached()`` the layer fills the cache with its weights before it solves, so
    that they keep their gradients. ``torch.utils.checkpoint`` around a layer repeats the solve once
    at most.

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

    A graph of 3 nodes in a ring, each with 2 features; the graph is the cell's second input.

    >>> layer = deq.DEQ(lambda z, x, graph: 0.5 * graph @ z + x, batch_dims=0)
    >>> graph = (1 - torch.eye(3)) / 2  # (N, N)
    >>> layer(torch.ones(3, 2), graph).round(decimals=2)[0]
    tensor([2., 2.])
    >>> layer.last.converged
    tensor(True)
    """

    def __init__(
        self,
        cell: Callable[..., Any],
        *,
        solver: Solver | None = None,
        tol: float = 1e-4,
        atol: float | None = None,
        rtol: float | None = None,
        max_evals: int = 100,
        batch_dims: int = 1,
        gradient: Gradient | None = None,
        start: Callable[..., S] | None = None,
        on_failure: OnFailure = "warn",
        modules: Modules | None = None,
    ) -> None:
        super().__init__()
        if not callable(cell):
            raise TypeError(f"cell must be callable as cell(z, x), not {cell!r}.")
        require_options(solver, gradient, max_evals, batch_dims)
        if start is not None and not callable(start):
            raise TypeError(f"start must be callable as start(x), not {start!r}.")
        tolerances(tol, atol, rtol)
        require_choice(on_failure)
        self.cell = cell
        self.solver = solver if solver is not None else Anderson()
        self.tol, self.atol, self.rtol = tol, atol, rtol
        self.max_evals = max_evals
        self.batch_dims = batch_dims
        self.gradient = gradient if gradient is not None else Implicit()
        self.start = start
        self.on_failure: OnFailure = on_failure
        self.last: Statistics | None = None
        self._probes: dict[tuple[bool, bool], Probe] = {}
        self.used = registered(modules)
        if modules is None or self.used is not None:
            warn_of_unregistered(cell, self)

    if TYPE_CHECKING:  # a module's own ``__call__`` returns Any

        @overload
        def __call__(self, *inputs: Any, z0: None = None, **budget: Unpack[Budget]) -> S: ...
        @overload
        def __call__(self, *inputs: Any, z0: T, **budget: Unpack[Budget]) -> T: ...
        def __call__(self, *inputs: Any, z0: Any = None, **budget: Unpack[Budget]) -> Any:
            """Return the equilibrium, as `forward` does."""

    @eager
    @redraws
    def forward(self, *inputs: Any, z0: State | None = None, **budget: Unpack[Budget]) -> Any:
        """Return the equilibrium z = cell(z, *inputs), (B, …).

        Parameters
        ----------
        *inputs
            Handed to the cell as they are: ``layer(x, mask)`` calls ``cell(z, x, mask)``.
        z0 : Tensor, shape (B, …), or tuple of such, or None
            Where the solver starts: at ``start(*inputs)`` or zeros like the first input unless
            given. It must be given (or a ``start``) when the state has another shape or dtype than
            that input, or is a tuple. No gradient flows into it, except by ``Unrolled``: an
            equilibrium does not depend on the start.
        **budget
            ``tol``, ``atol``, ``rtol`` and ``max_evals`` of this call, in place of the layer's: in
            evaluation one may afford more, or less, than in training. ``tol`` replaces all three
            tolerances of the layer.

        Returns
        -------
        Tensor or tuple of Tensors
            Like ``z0``.
        """
        return self._settle(self._problem(inputs, z0, **budget)).z

    def _problem(
        self,
        inputs: tuple[Any, ...],
        z0: State | None,
        record: bool = False,
        *,
        tol: float | None = None,
        atol: float | None = None,
        rtol: float | None = None,
        max_evals: int | None = None,
    ) -> Problem[Any]:
        """What this call asks, with its own budget where it is given."""
        if tol is None:
            tol, atol = self.tol, self.atol if atol is None else atol
            rtol = self.rtol if rtol is None else rtol
        atol, rtol = tolerances(tol, atol, rtol)
        if max_evals is not None:
            require_count("max_evals", max_evals)
        f: Callable[[Any], Any] = lambda z: self.cell(z, *inputs)  # noqa: E731
        if z0 is None:
            f, z0 = (f, self.start(*inputs)) if self.start is not None else from_zeros(f, inputs)
        return Problem(
            f=f,
            z0=z0,
            solver=self.solver,
            atol=atol,
            rtol=rtol,
            max_evals=max_evals or self.max_evals,
            batch_dims=self.batch_dims,
            record=record,
            on_failure=self.on_failure,
            depends=depends(inputs) or self._learns(),
        )

    def _settle(self, problem: Problem[Any]) -> Settled[Any]:
        """Find the equilibrium in the way of the layer's gradient."""
        fill_cache(self)
        settled = self.gradient.settle(problem)
        self.last = settled.statistics
        if self.on_failure != "ignore" and not self.last.converged.all():
            mode = self.training, torch.is_autocast_enabled(parts(settled.z)[0].device.type)
            if mode not in self._probes:  # the cause is sought once for each
                self._probes[mode] = Probe.of(problem.f, settled.z, self.batch_dims)
            forward_failed(settled, self._probes[mode], self.on_failure, self.batch_dims)
        return settled

    def _learns(self) -> bool:
        """Whether a parameter of the cell requires grad.

        A cell may also use tensors from elsewhere; those are seen in the graph of its evaluation.
        """
        # A start's parameters do not count.
        children = (child for name, child in self.named_children() if name != "start")
        return any(p.requires_grad for child in children for p in child.parameters())

    def extra_repr(self) -> str:
        """Show the options."""
        names = ("tol", "atol", "rtol", "max_evals", "batch_dims")
        given = {name: getattr(self, name) for name in names}
        numbers = [f"{name}={value:g}" for name, value in given.items() if value is not None]
        return ", ".join([f"solver={self.solver}", *numbers])
