"""The configuration of a training run of the digit network."""

from __future__ import annotations

from dataclasses import dataclass, field

from deq.models.digits import DigitsConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """The configuration; the same configuration and data give the same weights.

    Parameters
    ----------
    epochs : int
        Passes over MNIST.
    restart : int
        Epoch after which the learning rate starts a second cycle, with half its height and half the
        augmentation (warm restart: Loshchilov and Hutter 2017).
    seed : int
        Seed of the weights and of all random choices.
    batch : int
        Pictures per step.
    rate, decay : float
        Largest learning rate and weight decay of AdamW. The rate rises for 300 steps, then falls
        along half a cosine.
    cell_rate : float
        Learning rate of the cell, as a share of `rate`. The projection scales the whole kernel down
        after each step, so with large steps only the last few steps would count.
    smoothing : float
        Label smoothing.
    exposure : float
        Weight of the loss on drawings of no digit.
    half : bool
        Whether the stem computes in bfloat16 in training: on a processor with matrix instructions
        for it, a step takes 0.6 of the time.
    pen_copies, others : int
        Variants of each pen digit (an epoch uses a quarter of all); drawings of no digit.
    model : DigitsConfig
        Sizes of the network; with an eleventh logit, `other`.
    """

    epochs: int = 30
    restart: int = 16
    seed: int = 0
    batch: int = 128
    rate: float = 3e-3
    decay: float = 2e-2
    cell_rate: float = 0.1
    smoothing: float = 0.05
    exposure: float = 1.0
    half: bool = True
    pen_copies: int = 20
    others: int = 28_000
    model: DigitsConfig = field(default_factory=lambda: DigitsConfig(other=True))

    def __post_init__(self) -> None:
        for name in ("epochs", "restart", "batch", "pen_copies", "others"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if not self.model.other:
            raise ValueError("model.other must be True: drawings that are no digits need a logit")
