"""Training runs of the lab: a network that reads digits, small enough to be watched."""

from deq.training.lab.config import LabConfig
from deq.training.lab.train import train_lab

__all__ = ["LabConfig", "train_lab"]
