"""What decides the weights that a training run ends with."""

from __future__ import annotations

from dataclasses import dataclass, field

from deq.models.digits import DigitsConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """What decides the trained weights; the same configuration and data give the same run.

    Parameters
    ----------
    epochs : int
        Passes over MNIST.
    restart : int
        After so many of them the learning rate starts a second climb and fall, half as high, with
        half the augmentation (warm restart: Loshchilov and Hutter 2017).
    seed : int
        Of the weights and of every random choice.
    batch : int
        Pictures a step.
    rate, decay : float
        Largest learning rate and weight decay of AdamW. The rate climbs for 300 steps, then falls
        along half a cosine.
    cell_rate : float
        Learning rate of the cell, as a share of `rate`. Projection shrinks the whole kernel by as
        much as a step made its norm grow: with large steps it would forget all but the last few.
    smoothing : float
        Label smoothing.
    exposure : float
        Weight of the loss that keeps the network undecided on scribbles.
    pen_copies, scribbles : int
        Renderings of each pen digit and scribbles drawn; an epoch sees half of the former.
    model : DigitsConfig
        Sizes of the network.
    """

    epochs: int = 34
    restart: int = 18
    seed: int = 0
    batch: int = 128
    rate: float = 3e-3
    decay: float = 2e-2
    cell_rate: float = 0.1
    smoothing: float = 0.05
    exposure: float = 0.5
    pen_copies: int = 10
    scribbles: int = 8_000
    model: DigitsConfig = field(default_factory=DigitsConfig)

    def __post_init__(self) -> None:
        for name in ("epochs", "restart", "batch", "pen_copies", "scribbles"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
