"""What the page Gradients says of its measurement."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

from deq.diagnostics.gradients import Measurement

ALT = (
    "Three panels over the depth k on logarithmic axes: the error of implicit, unrolled and "
    "phantom gradients, the memory they keep, and the time they take."
)
LOOK = (
    "**Look for** the memory: flat for the implicit gradient, a straight climb for the others. And "
    "for the error, which falls for all three at the same rate, that of the contraction; one step, "
    "JFB, never gets better. Times are of this moment, on this machine."
)
CODE = """import torch, deq
w = 0.9 * torch.linalg.qr(torch.randn(64, 64, dtype=torch.float64))[0]
x = torch.randn(32, 64, dtype=torch.float64, requires_grad=True)
for gradient in (deq.Implicit(), deq.Unrolled(), deq.Phantom(steps=20), deq.Phantom()):
    layer = deq.DEQ(lambda z, x: torch.tanh(z @ w.T + x), gradient=gradient)
    (grad,) = torch.autograd.grad(layer(x).sum(), x)
    print(f"{type(gradient).__name__:9} {grad.norm():.4f}")
"""


def verdict(found: list[Measurement]) -> str:
    """What the deepest gradients say, in a sentence."""
    last = max(m.depth for m in found)
    deep = {m.method: m for m in found if m.depth == last}
    times = deep["unrolled"].kept / max(deep["implicit"].kept, 1)
    return (
        f"At depth {last} unrolling keeps {times:.0f} times the memory of the implicit gradient; "
        f"errors are {_tiny(deep['implicit'].error)} and {_tiny(deep['unrolled'].error)}, "
        f"that of a single step {deep['JFB'].error:.0%}."
    )


def _tiny(error: float) -> str:
    return f"{error:.0e}".replace("e-0", "e-").replace("-", "−")


def table(found: list[Measurement]) -> str:
    """The numbers as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Measurement.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(m) for m in found)
    return out.getvalue()
