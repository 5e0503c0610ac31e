"""`LabConfig`, here because published examples import it from here."""

from deq.training.lab.config import LabConfig

__all__ = ["LabConfig"]
