"""The prediction of a network for one picture."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from deq.models.verdict import Verdict
from deq.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prediction:
    """The prediction for one picture, from one solve.

    Attributes
    ----------
    digit, runner_up : int
        The most and the second most probable digit.
    probabilities : Tensor (10,) or (11,)
        At the equilibrium; an eleventh is that of something else than a digit.
    verdict : ``"digit"``, ``"unsure"`` or ``"not a digit"``
        See `deq.models.verdict.judge`.
    reason : str
        The verdict in one sentence.
    solution : Solution
        Of a batch of one, with residual, evaluations, status and trajectory.
    path_probabilities : Tensor (T, 10 or 11) or None
        The readout at every recorded state.
    path_points : Tensor (T, 3) or None
        Every recorded state, projected on the model's basis.
    """

    digit: int
    runner_up: int
    probabilities: Tensor
    verdict: Verdict
    reason: str
    solution: Solution
    path_probabilities: Tensor | None
    path_points: Tensor | None
