"""Gradients of a logit with respect to the pixels, implicit and unrolled."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deq.digits.classes import NO_DIGIT
from deq.gradients.implicit import Implicit
from deq.gradients.unrolled import Unrolled
from deq.inside.scene import MAX_EVALS, Scene
from deq.layer import DEQ
from deq.solvers import Anderson, Picard
from deq.status import Status

_FOUND = {int(Status.CONVERGED), int(Status.STALLED)}  # or as exact as the dtype allows
_NEVER = 1e-30  # a tolerance that is never met, so that all steps are taken


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """∂ logit / ∂ pixel, computed in two ways.

    Attributes
    ----------
    digit : int
        Whose logit.
    implicit : Tensor (28, 28)
        By implicit differentiation at z*.
    unrolled : Tensor (28, 28)
        By backpropagation through k Picard steps.
    steps : int
        k.
    difference : float
        ‖unrolled − implicit‖ / ‖implicit‖.
    converged : bool
        Whether the equilibrium and the adjoint were found; otherwise ``implicit`` is not exact.
    """

    digit: int
    implicit: Tensor
    unrolled: Tensor
    steps: int
    difference: float
    converged: bool


def sensitivity(scene: Scene, digit: int | None = None, steps: int = 10) -> Sensitivity:
    """Differentiate one logit with respect to the picture.

    Parameters
    ----------
    scene : Scene
        Picture and network.
    digit : int, optional
        Whose logit; the most likely digit unless given, also where "no digit" is likelier.
    steps : int
        Picard steps k of the unrolled gradient.
    """
    if digit is None:
        with torch.no_grad():
            digit = int(scene.model.logits(scene.z)[0, :NO_DIGIT].argmax())
    exact = DEQ(
        scene.cell,
        solver=Anderson(),
        tol=1e-5,
        max_evals=MAX_EVALS,
        gradient=Implicit(solver=Anderson(), tol=1e-5, max_evals=MAX_EVALS),
        on_failure="ignore",
        modules=(),
    )
    unrolled_layer = DEQ(
        scene.cell,
        solver=Picard(),
        tol=_NEVER,
        max_evals=steps + 1,
        gradient=Unrolled(),
        on_failure="ignore",
        modules=(),
    )
    implicit = _gradient(scene, exact, digit)
    unrolled = _gradient(scene, unrolled_layer, digit)
    adjoint = exact.last.backward if exact.last is not None else None
    found = adjoint is not None and set(adjoint.status.tolist()) <= _FOUND
    return Sensitivity(
        digit,
        implicit,
        unrolled,
        steps,
        float((unrolled - implicit).norm() / implicit.norm().clamp_min(1e-30)),
        scene.converged and found,
    )


def _gradient(scene: Scene, layer: DEQ, digit: int) -> Tensor:
    image = scene.image.clone().requires_grad_()
    logit = scene.model.logits(layer(scene.model.encode(image[None])))[0, digit]
    (gradient,) = torch.autograd.grad(logit, image)
    return gradient
