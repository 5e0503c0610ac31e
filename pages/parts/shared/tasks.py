"""What to try on each page, and where to read on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import streamlit as st

DRAW_TRY = """
1. Draw a 4 stroke by stroke. After which stroke does the path first turn to the 4?
2. Load *4 or 9*. How often does the head change its digit before it comes to rest?
3. Load *scribble*. It settles just as well: **convergence is not confidence**.
4. Set the start to *random* under More and change the seed. Where does the path end each time?
5. Change the solver to Picard. How many evaluations does the ODE spend for the same equilibrium?
6. Loosen the tolerance to 1e-1. Does the answer change? What did the last decimals buy?
"""

DRAW_READ = """
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019). The network as a fixed point.
* Chen, Rubanova, Bettencourt, Duvenaud: *Neural ordinary differential equations* (2018).
* Pal, Edelman, Rackauckas: *Continuous deep equilibrium models* (2023). The steady state of an ODE.
* Dormand, Prince: *A family of embedded Runge–Kutta formulae* (1980). The solver dopri5.
* Anderson: *Iterative procedures for nonlinear integral equations* (1965).

Example strokes: Alpaydin and Alimoglu, *Pen-based recognition of handwritten digits* (1998),
CC BY 4.0.
"""

HOME_TRY = """
1. Type any number into a calculator (in radians) and keep pressing cos. When do the digits stop
   changing?
2. In the third picture, what would happen if the iteration walked only half of each step?
3. Press Play in the last picture. At which solver time does the head change its digit?
"""

HOME_READ = """
* *Composability in Julia: implementing deep equilibrium models via neural ODEs* (2021): the article
  this app grew from.
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019).
* Chen, Rubanova, Bettencourt, Duvenaud: *Neural ordinary differential equations* (2018).
* Banach: *Sur les opérations dans les ensembles abstraits* (1922): why the cosine has one fixed
  point and every start finds it.
"""


def try_and_read(tasks: str, sources: str) -> None:
    """Two columns at the foot of a page."""
    with st.container(key="try-and-read"):
        st.divider()
        left, right = st.columns(2, gap="large")
        left.markdown("**What to try**\n" + tasks)
        right.markdown("**Read on**\n" + sources)


class Try(NamedTuple):
    """A button, its widgets' values, and what to watch."""

    label: str
    settings: Mapping[str, object]
    watch: str


def buttons_and_read(
    tasks: Sequence[Try], apply: Callable[[Mapping[str, object]], None], sources: str
) -> None:
    """The same foot, where the tasks are buttons that set the page."""
    with st.container(key="try-and-read"):
        st.divider()
        left, right = st.columns([3, 2], gap="large")
        with left, st.container(key="what-to-try", gap="xsmall"):
            st.markdown("**What to try**")
            for k, (label, settings, watch) in enumerate(tasks):
                button, words = st.columns([1, 2], gap="small", vertical_alignment="center")
                button.button(
                    label, key=f"try-{k}", on_click=apply, args=(settings,), width="stretch"
                )
                words.caption(watch)
        right.markdown("**Read on**\n" + sources)
