"""A few numbers a sample, of tensors: looked at in NumPy, handed back as tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

_IN_NUMPY: dict[torch.dtype, np.dtype[Any]] = {
    torch.float32: np.dtype(np.float32),
    torch.float64: np.dtype(np.float64),
}
_HALF = (torch.bfloat16, torch.float16)


def array(values: Tensor) -> Any:
    """The numbers in NumPy, half types as float32; they share memory where they can."""
    if values.dtype in _HALF:
        values = values.float()
    return values.numpy() if values.is_cpu else values.cpu().numpy()


class Host:
    """Where the states of a solve are, and how exact.

    A solve begins and ends in a cold cache, where an operation of torch's that nothing else uses
    costs ten microseconds: on the way to NumPy and back it uses as few as it can.

    Parameters
    ----------
    like : Tensor
        A state.

    Attributes
    ----------
    dtype : NumPy dtype
        Of residuals, in NumPy.
    """

    def __init__(self, like: Tensor) -> None:
        self._dtype, self._device = like.dtype, like.device
        self.dtype = _IN_NUMPY.get(like.dtype, _IN_NUMPY[torch.float32])
        self._shared = like.dtype in _IN_NUMPY and like.is_cpu

    def tensor(self, values: Any) -> Tensor:
        """A copy of the array ``values`` on the states' device; fractions in the states' dtype."""
        fractions = values.dtype.kind == "f"
        out = torch.from_numpy(values.astype(self.dtype if fractions else values.dtype))
        return out if self._shared else out.to(self._device, self._dtype if fractions else None)

    def rounded(self, value: float | Tensor) -> Tensor:
        """``value`` as a tensor like the states, of its own shape."""
        return torch.as_tensor(value, dtype=self._dtype, device=self._device)

    def number(self, value: float | Tensor) -> Any:
        """The same in NumPy."""
        if self._shared and not isinstance(value, Tensor):
            return np.asarray(value, self.dtype)
        return array(self.rounded(value))
