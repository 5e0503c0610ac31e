"""Training runs: generators of records; resumable, and reproducible from their seed."""

from deq.training.digits.config import TrainConfig
from deq.training.digits.progress import Progress, Stage
from deq.training.digits.train import train_digits

__all__ = ["Progress", "Stage", "TrainConfig", "train_digits"]
