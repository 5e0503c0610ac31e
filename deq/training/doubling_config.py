"""`DoublingConfig` under the name by which published examples import it."""

from deq.training.doubling.config import DoublingConfig

__all__ = ["DoublingConfig"]
