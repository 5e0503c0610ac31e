"""Training runs of y = 2x, the article's first network."""

from deq.training.doubling.config import DoublingConfig
from deq.training.doubling.train import train_doubling

__all__ = ["DoublingConfig", "train_doubling"]
