"""The gradients page: its controls, its one measurement, and what it says of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import streamlit as st
import torch

from deq.diagnostics.gradients import Measurement, NoEquilibrium, Setting, gradients
from pages.parts.shared.tasks import Try, buttons_and_read

LARGEST_SEED = 9999
IDEA = (
    "A layer that returns z\\* = f(z\\*, x) can be differentiated in three ways. **Implicit**: one "
    "linear solve at z\\*, as if nobody knew how it was found. **Unrolled**: back through all k "
    "steps that led there, all of them stored. **Phantom**: back through k steps that begin at "
    "z\\*. Here each gets the same depth k, on the same layer."
)
LOOK = (
    "**Look for** the memory: flat for the implicit gradient, a straight climb for the others. And "
    "for the error, which falls for all three at the same rate, that of the contraction; one step, "
    "JFB, never gets better. Times are of this moment, on this machine."
)
TRY = (
    Try("A strong contraction", {"gain": 0.5}, "Ten steps are enough for everybody."),
    Try("The default", {}, "A gain of 0.9: fifty steps for three digits."),
    Try("Hardly a contraction", {"gain": 0.98}, "Two hundred steps, and still far away."),
    Try("None at all", {"gain": 1.2}, "There is no equilibrium to differentiate. It says so."),
    Try("A wide layer", {"width": 256}, "What do the curves of memory do? And those of time?"),
)
READ = """
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): the implicit gradient, and why its memory
  is flat.
* Geng, Zhang, Bai, Wang, Lin: *On training implicit models* (2021): phantom gradients.
* Fung, Heaton, Li, McKenzie, Osher, Yin: *JFB: Jacobian-free backpropagation* (2022): one step.
* Werbos: *Backpropagation through time* (1990): unrolling.
"""
CODE = """import torch, deq
w = 0.9 * torch.linalg.qr(torch.randn(64, 64, dtype=torch.float64))[0]
x = torch.randn(32, 64, dtype=torch.float64, requires_grad=True)
for gradient in (deq.Implicit(), deq.Unrolled(), deq.Phantom(steps=20), deq.Phantom()):
    layer = deq.DEQ(lambda z, x: torch.tanh(z @ w.T + x), gradient=gradient)
    (grad,) = torch.autograd.grad(layer(x).sum(), x)
    print(f"{type(gradient).__name__:9} {grad.norm():.4f}")
"""


def apply(settings: Mapping[str, object]) -> None:
    """Callback of the "what to try" buttons: set these widgets, the others to their defaults."""
    for name, value in {**asdict(Setting()), **settings}.items():
        st.session_state[name] = value


def controls() -> Setting:
    """Show them; the layer that is measured."""
    usual = Setting()
    st.slider(
        "Gain γ of the layer",
        0.1,
        1.2,
        usual.gain,
        0.01,
        key="gain",
        bind="query-params",
        help="z* = tanh(γ Q z* + x) with a rotation Q: a contraction with constant γ below 1.",
    )
    with st.expander("More"):
        st.slider("Width", 8, 256, usual.width, 8, key="width", bind="query-params")
        st.slider("Samples", 1, 128, usual.batch, 1, key="batch", bind="query-params")
        st.number_input("Seed", 0, LARGEST_SEED, usual.seed, 1, key="seed", bind="query-params")
    return Setting(
        gain=st.session_state["gain"],
        width=st.session_state["width"],
        batch=st.session_state["batch"],
        seed=int(st.session_state["seed"] or 0),
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def _thread() -> ThreadPoolExecutor:
    """One after the other: measurements must not disturb each other."""
    return ThreadPoolExecutor(1, "gradients", torch.set_num_threads, (1,))


@st.cache_data(max_entries=64, show_spinner="Differentiating in four ways …")
def measured(setting: Setting) -> list[Measurement] | str:
    """All methods at all depths, or why there is nothing to measure."""
    try:
        return _thread().submit(lambda: list(gradients(setting))).result()
    except NoEquilibrium as error:
        return str(error)


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


def try_and_read() -> None:
    """The foot of the page."""
    buttons_and_read(TRY, apply, READ)
