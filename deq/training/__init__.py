"""Training runs: generators of Progress records, resumable, the same again with the same seed."""

from deq.training.digits.config import TrainConfig
from deq.training.digits.run import train_digits
from deq.training.progress import Progress, Stage

__all__ = ["Progress", "Stage", "TrainConfig", "train_digits"]
