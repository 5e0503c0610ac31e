"""`LabConfig` under the name by which published examples import it."""

from deq.training.lab.config import LabConfig

__all__ = ["LabConfig"]
