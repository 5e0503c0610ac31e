"""Training runs of the lab: networks that read digits, small enough to train live."""

from deq.training.lab.config import LabConfig
from deq.training.lab.train import train_lab

__all__ = ["LabConfig", "train_lab"]
