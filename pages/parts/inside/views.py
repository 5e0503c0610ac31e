"""What the page inside one equilibrium shows: a verdict, figures, and what to take home."""

from __future__ import annotations

import streamlit as st

from pages.parts.inside import code, lesson, words
from pages.parts.inside.controls import Asked
from pages.parts.inside.sections import VIEWS, Setup, View
from pages.parts.look import hero, player_keys
from pages.parts.look.chart import chart
from pages.parts.look.downloads import columns


def show(asked: Asked, narrow: bool, theme: str | None) -> None:
    """Verdict, figures, and what to take home."""
    look = asked.look
    result = lesson.result(look)
    verdict = words.verdict(result.scene, result.values)
    printed = code.shown(result.scene, result.values)
    hero.verdict(verdict)
    with st.container(key="inside"):
        view = VIEWS[look.section](Setup(result, verdict, narrow, theme))
        lay_out(view)
    st.caption(words.look_for(look.section, result.scene))
    hero.take_home(
        code.code(look.section, asked.subject.loading, look.gain, dict(look.options), printed),
        code.prints(result.values, printed),
        look.section,
        lambda: columns(view.numbers, *view.numbers.values()),
        view.main[0],
        f"Inside {asked.subject.name}",
        verdict,
    )
    player_keys.attach(
        f"{view.main[1]}-chart",
        f"{look} {theme} {narrow}",
        query=asked.subject.query,
        names=("ink", "example"),
    )


def lay_out(view: View) -> None:
    """The main figure and the others."""
    if not view.heading:
        chart(*view.main, fit="hero")
        for one in view.others:
            chart(*one)
        return
    left, right = st.columns([1.35, 1], gap="medium")
    with left:
        chart(*view.main, fit="hero")
    with right:
        st.header(view.heading, anchor=False)
        for one in view.others:
            chart(*one, fit="beside" if len(view.others) == 1 else "half")
