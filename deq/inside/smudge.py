"""Spoil the picture little by little: the equilibrium moves, and it moves continuously."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor

from deq.inside.scene import Scene

_SIDE = 28
AMOUNTS = 25


@dataclass(frozen=True, eq=False)
class Smudge:
    """A picture that is spoilt more and more.

    Attributes
    ----------
    amounts : Tensor (A,)
        From 0 to 1.
    images : Tensor (A, 28, 28)
        The pictures.
    points : Tensor (A, 3)
        Their equilibria on the model's map.
    probabilities : Tensor (A, 10)
        The readout there.
    z_shift : Tensor (A,)
        ‖z*(amount) − z*(0)‖₂.
    x_shift : Tensor (A,)
        ‖x(amount) − x(0)‖₂, of the injected input.
    steps : Tensor (A,)
        ‖z*(amount) − z*(the amount before)‖₂; 0 for the first.
    converged : Tensor (A,), bool
        Where an equilibrium was found.
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
    def flip(self) -> int | None:
        """Which amount is the first at which another digit is named; None if that never happens."""
        named = self.probabilities.argmax(1)
        (other,) = (named != named[0]).nonzero(as_tuple=True)
        return int(other[0]) if len(other) else None

    @property
    def flip_amount(self) -> float | None:
        """That amount itself."""
        return None if self.flip is None else float(self.amounts[self.flip])


def _noise(image: Tensor, amounts: Tensor, seed: int) -> Tensor:
    """Gaussian noise, always the same pattern, of standard deviation ``amount/2``, clipped."""
    noise = torch.randn(_SIDE, _SIDE, generator=torch.Generator().manual_seed(seed))
    return (image + 0.5 * amounts[:, None, None] * noise).clamp(0, 1)


def _erase(top: bool, left: bool) -> Callable[[Tensor, Tensor, int], Tensor]:
    """A square from one corner, wiped; its edge may cover a part of a pixel."""

    def erase(image: Tensor, amounts: Tensor, _: int) -> Tensor:
        reach = amounts[:, None] * _SIDE - torch.arange(_SIDE)  # (A, 28) from that corner
        hidden = reach.clamp(0, 1)
        rows = hidden if top else hidden.flip(1)
        columns = hidden if left else hidden.flip(1)
        return image * (1 - rows[:, :, None] * columns[:, None, :])

    return erase


def _fade(image: Tensor, amounts: Tensor, _: int) -> Tensor:
    """All ink paler."""
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
"""Ways to spoil pictures: (28, 28), amounts (A,), seed → (A, 28, 28)."""


@torch.no_grad()
def smudge(scene: Scene, kind: str, seed: int = 0) -> Smudge:
    """Find the equilibrium at each of 25 amounts, in one batch.

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
