"""What the records of all runs share: their JSON, and the evaluations that a solve took."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

from deq.gradients.base import Statistics

Record = Mapping[str, object]


def json_line(record: Record) -> str:
    r"""A record as one line of JSON. JSON has no NaN and no infinity; both become null.

    Examples
    --------
    >>> json_line({"loss": float("nan"), "step": 0})
    '{"loss": null, "step": 0}\n'
    """
    known = {k: None if isinstance(v, float) and not math.isfinite(v) else v
             for k, v in record.items()}  # fmt: skip
    return json.dumps(known, allow_nan=False) + "\n"


def mean_evals(statistics: Statistics | None) -> tuple[float, float]:
    """Mean evaluations of a layer's last solve, and of its adjoint; NaN where there was none."""
    if statistics is None:
        return math.nan, math.nan
    backward = statistics.backward
    adjoint = math.nan if backward is None else float(backward.nfe.double().mean())
    return float(statistics.nfe.double().mean()), adjoint
