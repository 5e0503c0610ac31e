"""Which pixels speak for a digit: gradients through the equilibrium, implicit and unrolled."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import torch
from torch import Tensor

from deq.gradients.implicit import Implicit
from deq.gradients.unrolled import Unrolled
from deq.inside.scene import MAX_EVALS, Scene
from deq.layer import DEQ
from deq.solvers import Anderson, Picard

_NEVER = 1e-30  # a tolerance that nothing meets: all steps are taken


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """∂ logit / ∂ pixel, twice.

    Attributes
    ----------
    digit : int
        Whose logit.
    implicit : Tensor (28, 28)
        By implicit differentiation at z*: nothing of the way there is stored.
    unrolled : Tensor (28, 28)
        Back through k steps of iteration.
    steps : int
        k.
    difference : float
        ‖unrolled − implicit‖ / ‖implicit‖.
    converged : bool
        Whether both the equilibrium and its adjoint were found: without, the first is no gradient.
    """

    digit: int
    implicit: Tensor
    unrolled: Tensor
    steps: int
    difference: float
    converged: bool


def sensitivity(scene: Scene, digit: int | None = None, steps: int = 10) -> Sensitivity:
    """Differentiate one logit by the picture.

    Parameters
    ----------
    scene : Scene
        Picture and network.
    digit : int, optional
        Whose logit; the one that is read unless given.
    steps : int
        Of the unrolled network.
    """
    if digit is None:
        with torch.no_grad():
            digit = int(scene.model.logits(scene.z).argmax())
    exact = DEQ(
        scene.cell,
        solver=Anderson(),
        tol=1e-5,
        max_evals=MAX_EVALS,
        gradient=Implicit(solver=Anderson(), tol=1e-5, max_evals=MAX_EVALS),
    )
    deep = DEQ(scene.cell, solver=Picard(), tol=_NEVER, max_evals=steps + 1, gradient=Unrolled())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", RuntimeWarning)  # of an adjoint that was not found
        implicit = _gradient(scene, exact, digit)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # these steps never meet their tolerance
        unrolled = _gradient(scene, deep, digit)
    return Sensitivity(
        digit,
        implicit,
        unrolled,
        steps,
        float((unrolled - implicit).norm() / implicit.norm().clamp_min(1e-30)),
        scene.converged and not caught,
    )


def _gradient(scene: Scene, layer: DEQ, digit: int) -> Tensor:
    image = scene.image.clone().requires_grad_()
    logit = scene.model.logits(layer(scene.model.encode(image[None])))[0, digit]
    (gradient,) = torch.autograd.grad(logit, image)
    return gradient
