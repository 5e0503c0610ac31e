"""Change a picture step by step, and follow its equilibrium, which moves continuously."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from deq.digits.classes import read
from deq.inside.scene import Scene

_SIDE = 28
AMOUNTS = 25


@dataclass(frozen=True, eq=False)
class Smudge:
    """A picture that is changed more and more.

    Attributes
    ----------
    amounts : Tensor (A,)
        From 0 to 1.
    images : Tensor (A, 28, 28)
        The pictures.
    points : Tensor (A, 3)
        Their equilibria, projected on the model's basis.
    probabilities : Tensor (A, 10) or (A, 11)
        The readout at the equilibria: the ten digits, and "no digit".
    z_shift : Tensor (A,)
        ‖z*(amount) − z*(0)‖₂.
    x_shift : Tensor (A,)
        ‖x(amount) − x(0)‖₂, of the injected input.
    steps : Tensor (A,)
        ‖z*(amount) − z*(the amount before)‖₂; 0 for the first.
    converged : Tensor (A,), bool
        Whether each solve converged.
    """

    amounts: Tensor
    images: Tensor
    points: Tensor
    probabilities: Tensor
    z_shift: Tensor
    x_shift: Tensor
    steps: Tensor
    converged: Tensor

    @property
    def answers(self) -> list[str]:
        """What is read at each amount: a digit, or "no digit"."""
        return read(self.probabilities)

    @property
    def flip(self) -> int | None:
        """Index of the first amount at which the answer changes; None if it never does."""
        first, *others = self.answers
        return next((k for k, answer in enumerate(others, 1) if answer != first), None)

    @property
    def flip_amount(self) -> float | None:
        """The first amount at which the answer changes; None if it never does."""
        return None if self.flip is None else float(self.amounts[self.flip])


def _noise(image: Tensor, amounts: Tensor, seed: int) -> Tensor:
    """Add one pattern of Gaussian noise, with standard deviation ``amount/2``; clip to [0, 1]."""
    noise = torch.randn(_SIDE, _SIDE, generator=torch.Generator().manual_seed(seed))
    return (image + 0.5 * amounts[:, None, None] * noise).clamp(0, 1)


def _erase(top: bool, left: bool) -> Callable[[Tensor, Tensor, int], Tensor]:
    """Erase a square at one corner; its edge may cut a pixel."""

    def erase(image: Tensor, amounts: Tensor, _: int) -> Tensor:
        reach = amounts[:, None] * _SIDE - torch.arange(_SIDE)  # (A, 28) from that corner
        hidden = reach.clamp(0, 1)
        rows = hidden if top else hidden.flip(1)
        columns = hidden if left else hidden.flip(1)
        return image * (1 - rows[:, :, None] * columns[:, None, :])

    return erase


def _fade(image: Tensor, amounts: Tensor, _: int) -> Tensor:
    """Make all ink paler."""
    return image * (1 - amounts[:, None, None])


SMUDGES: Mapping[str, Callable[[Tensor, Tensor, int], Tensor]] = MappingProxyType(
    {
        "noise": _noise,
        "top left erased": _erase(top=True, left=True),
        "top right erased": _erase(top=True, left=False),
        "bottom left erased": _erase(top=False, left=True),
        "bottom right erased": _erase(top=False, left=False),
        "fading": _fade,
    }
)
"""Ways to change a picture: (28, 28), amounts (A,), seed → (A, 28, 28)."""


@torch.no_grad()
def smudge(scene: Scene, kind: str, seed: int = 0) -> Smudge:
    """The equilibrium at each of 25 amounts of a change, solved as one batch.

    Raises
    ------
    ValueError
        If there is no such kind.

    Notes
    -----
    If f is a contraction in z with constant κ and ‖f(z, x) − f(z, x′)‖ ≤ ‖x − x′‖, as for
    relu(W z + x), then ‖z*(x) − z*(x′)‖ ≤ ‖x − x′‖ / (1 − κ): equilibria are continuous in x.
    """
    if kind not in SMUDGES:
        raise ValueError(f"kind must be one of {', '.join(SMUDGES)}, not {kind!r}.")
    amounts = torch.linspace(0, 1, AMOUNTS)
    images = SMUDGES[kind](scene.image, amounts, seed)  # (A, 28, 28)
    x = scene.encode(images)
    solution = scene.equilibria(x)
    z, model = solution.z, scene.model
    return Smudge(
        amounts=amounts,
        images=images,
        points=model.project(z),
        probabilities=model.probabilities(z),
        z_shift=(z - z[:1]).flatten(1).norm(dim=1),
        x_shift=(x - x[:1]).flatten(1).norm(dim=1),
        steps=(z - torch.cat([z[:1], z[:-1]])).flatten(1).norm(dim=1),
        converged=solution.converged,
    )
