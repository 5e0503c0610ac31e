"""`DoublingConfig`, here because published examples import it from here."""

from deq.training.doubling.config import DoublingConfig

__all__ = ["DoublingConfig"]
