"""Training runs: generators of Progress records, resumable, the same again with the same seed."""

from deq.training.digits.config import TrainConfig
from deq.training.digits.progress import Progress, Stage
from deq.training.digits.train import train_digits

__all__ = ["Progress", "Stage", "TrainConfig", "train_digits"]
