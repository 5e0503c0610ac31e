"""Data augmentation: random changes of a batch of digits."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Augment:
    """Rotate, stretch, slant, shift, distort and change the stroke width of 28×28 digits.

    Each pixel p of the result is read at A p + b + u(p) in the source, with a random affine map
    (A, b) and a smooth random displacement u (elastic distortion) for each picture. Then strokes
    are made thicker or thinner by mixing with the local maximum or minimum.

    Parameters
    ----------
    rotation : float
        Largest rotation, in degrees.
    stretch : float
        Largest change of height and width, as a logarithm (0.15 is about ±15 %).
    slant : float
        Largest shear, in pixels per pixel.
    shift : float
        Largest shift, in pixels.
    elastic : float
        Standard deviation of the displacement at the nodes of a 6×6 mesh, in pixels.
    stroke : float
        Largest share of the local maximum or minimum in the mixture, 0 to 1.
    untouched : float
        Share of the pictures that are not changed, 0 to 1.

    References
    ----------
    Simard, Steinkraus, Platt (2003), "Best practices for convolutional neural networks applied
    to visual document analysis" (elastic distortion).
    """

    rotation: float = 14.0
    stretch: float = 0.15
    slant: float = 0.25
    shift: float = 1.5
    elastic: float = 0.9
    stroke: float = 0.6
    untouched: float = 0.15

    def scaled(self, share: float) -> Augment:
        """The same changes, `share` times as strong; `untouched` stays."""
        return Augment(
            rotation=self.rotation * share,
            stretch=self.stretch * share,
            slant=self.slant * share,
            shift=self.shift * share,
            elastic=self.elastic * share,
            stroke=self.stroke * share,
            untouched=self.untouched,
        )

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Changed copies of images (B, 1, H, W) in [0, 1]; `generator` makes all random choices."""
        moved = F.grid_sample(images, self._grid(images, generator), align_corners=False)
        changed = self._restroke(moved, generator)
        keep = torch.rand(len(images), 1, 1, 1, generator=generator) < self.untouched
        return torch.where(keep, images, changed)

    def _grid(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Where each pixel is read from, (B, H, W, 2), in grid_sample's [-1, 1] coordinates."""
        count, _, height, width = images.shape

        def uniform(limit: float) -> Tensor:
            return (torch.rand(count, generator=generator) * 2 - 1) * limit  # (B,)

        angle = uniform(self.rotation * torch.pi / 180)
        wide, tall = uniform(self.stretch).exp(), uniform(self.stretch).exp()
        slant = uniform(self.slant)
        cos, sin = angle.cos(), angle.sin()
        across, down = uniform(self.shift) * 2 / width, uniform(self.shift) * 2 / height
        affine = torch.stack(  # rotation · shear · stretch, (B, 2, 3)
            [
                torch.stack([cos * wide, (cos * slant - sin) * tall, across], dim=1),
                torch.stack([sin * wide, (sin * slant + cos) * tall, down], dim=1),
            ],
            dim=1,
        )
        grid = F.affine_grid(affine, list(images.shape), align_corners=False)  # (B, H, W, 2)
        nodes = torch.randn(count, 2, 6, 6, generator=generator) * (self.elastic * 2 / width)
        displacement = F.interpolate(nodes, (height, width), mode="bicubic", align_corners=True)
        return grid + displacement.permute(0, 2, 3, 1)

    def _restroke(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Thicken a third of the pictures, thin a third, leave a third."""
        count = len(images)
        kind = torch.randint(3, (count, 1, 1, 1), generator=generator)
        amount = torch.rand(count, 1, 1, 1, generator=generator) * self.stroke
        thicker = F.max_pool2d(images, 3, stride=1, padding=1)
        thinner = -F.max_pool2d(-images, 3, stride=1, padding=1)
        other = torch.where(kind == 0, thicker, torch.where(kind == 1, thinner, images))
        # Thin less than thicken, so that a thin stroke is not erased.
        amount = torch.where(kind == 1, amount * 0.6, amount)
        mixed = (images + amount * (other - images)).clamp(0, 1)
        # The brightest pixel is 1, as `prepare` makes it.
        return mixed / mixed.amax((2, 3), keepdim=True).clamp(min=0.2)
