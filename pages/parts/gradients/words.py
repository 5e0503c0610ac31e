"""What the page Gradients says of its measurement."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict

from deq.diagnostics.gradients import Measurement, Setting
from pages.parts.look.hero import ONE_THREAD
from pages.parts.shared.numbers import minus

DEPTH = 50
"""The depth at which the page and its code compare."""
LOOK = (
    "**Look for** the memory (second panel): flat for the implicit gradient and for JFB, which lie "
    "on one line; it grows with every step for the others. And for the error (first panel): it "
    "falls for all but JFB at about the same rate, the faster the smaller the gain. The exact "
    "gradient is known to about 10⁻¹¹ only, so there the lines end. Times (third panel) were "
    "measured at this moment, on this machine."
)
IN_A_LAYER = (
    "In a layer of your own: `deq.DEQ(f, gradient=deq.Implicit())`, `deq.Unrolled()`, "
    "`deq.Phantom(steps=k)`; `deq.Phantom()` is JFB."
)


def code(setting: Setting) -> str:
    """The same as code that runs as it stands."""
    given = ", ".join(f"{name}={value!r}" for name, value in asdict(setting).items())
    return (
        "import torch\n"
        "from deq.diagnostics.gradients import NoEquilibrium, Setting, gradients\n"
        "\n"
        f"{ONE_THREAD}\n"
        "try:\n"
        f"    for m in gradients(Setting({given}), depths=({DEPTH},)):\n"
        '        print(f"{m.method}: error {m.error:.1g}, memory {m.kept / 1024:,.1f} KiB")\n'
        "except NoEquilibrium as reason:\n"
        "    print(reason)"
    )


def prints(found: list[Measurement] | str) -> str:
    """What the code prints."""
    if isinstance(found, str):
        return found
    return "\n".join(
        f"{m.method}: error {m.error:.1g}, memory {m.kept / 1024:,.1f} KiB"
        for m in found
        if m.depth == DEPTH
    )


def verdict(found: list[Measurement]) -> str:
    """What the gradients at one depth say, in a sentence."""
    deep = {m.method: m for m in found if m.depth == DEPTH}
    times = deep["unrolled"].kept / max(deep["implicit"].kept, 1)
    return (
        f"At depth k = {DEPTH} unrolling keeps {times:.0f} times the memory of the implicit "
        f"gradient. Errors: implicit {_small(deep['implicit'].error)}, "
        f"unrolled {_small(deep['unrolled'].error)}, "
        f"phantom {_small(deep['phantom'].error)}, JFB {_small(deep['JFB'].error)}."
    )


def alt(found: list[Measurement]) -> str:
    """What the figure shows now, for people who cannot see it."""
    return (
        "Three panels over the depth k, on logarithmic axes: the error of implicit, unrolled and "
        f"phantom gradients and of JFB, the memory that they keep, and their time. {verdict(found)}"
    )


def _small(error: float) -> str:
    return minus(f"{error:.1g}")


def table(found: list[Measurement]) -> str:
    """The numbers as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(Measurement.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(m) for m in found)
    return out.getvalue()
