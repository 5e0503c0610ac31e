"""Training runs: generators of Progress records, resumable, the same again with the same seed."""

from deq.training.config import TrainConfig
from deq.training.progress import Progress, Stage
from deq.training.run import train_digits

__all__ = ["Progress", "Stage", "TrainConfig", "train_digits"]
