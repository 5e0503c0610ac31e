"""A tiny training run, in one process or as one of several: ``together.py FOLDER``."""

import sys
from pathlib import Path

import torch

from deq import Implicit, Picard
from deq.digits.classes import NO_DIGIT
from deq.digits.corpus import Corpus
from deq.digits.mnist import load_subset
from deq.models.digits import DigitsConfig
from deq.training import TrainConfig
from deq.training.digits.distributed import world
from deq.training.digits.trainer import Trainer

# A batch size that two processes cannot share equally.
CONFIG = TrainConfig(
    epochs=1,
    batch=21,
    model=DigitsConfig(channels=6, stem=(4, 6), other=True),
    pen_copies=1,
    others=1,
)


def corpus() -> Corpus:
    """A hundred digits and twenty pictures of noise."""
    images, labels = (torch.from_numpy(part) for part in load_subset())
    noise = torch.randint(256, (20, 28, 28), generator=torch.Generator().manual_seed(0))
    return Corpus(
        mnist=(images[::50], labels[::50]),
        pen=(images[1::125], labels[1::125]),
        others=(noise.to(torch.uint8), torch.full((20,), NO_DIGIT)),
        mnist_validation=(images[2::100], labels[2::100]),
        pen_validation=(images[3::100], labels[3::100]),
    )


def main(folder: Path) -> None:
    """Train, keep a checkpoint, and write the losses and accuracies of each process to a file."""
    torch.set_num_threads(1)
    with world() as processes:
        # In double precision: Adam's first steps have the size of the rate whatever the gradient,
        # and so would make much of what rounding leaves.
        torch.set_default_dtype(torch.float64)
        trainer = Trainer(CONFIG, corpus(), folder / "run.safetensors", processes)
        torch.set_default_dtype(torch.float32)
        trainer.model.register_forward_pre_hook(lambda _, images: images[0].double())
        # A tight tolerance: at the usual one, rounding may change a sample's evaluations by one.
        layer = trainer.model.equilibrium
        layer.tol, layer.gradient = 1e-10, Implicit(solver=Picard(), tol=1e-10, max_evals=800)
        layer.max_evals = 800
        lines = list(trainer.run())
        steps = [f"{x.step} {x.loss:.6f} {x.evals:.3f}" for x in lines if x.stage == "step"]
        accuracies = [str(x.accuracy) for x in lines if x.stage == "epoch"]
        (folder / f"rank{processes.rank}.txt").write_text("\n".join([*steps, *accuracies]))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
