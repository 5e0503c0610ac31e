"""The four pictures of the first page. No maths."""

from __future__ import annotations

import streamlit as st
import torch

from deq.figures import cobweb, states_over_time
from pages.parts.draw import views as draw
from pages.parts.home import words
from pages.parts.home.lesson import cosine
from pages.parts.look import player_keys
from pages.parts.look.chart import Panel
from pages.parts.pad import examples
from pages.parts.shared.engine import DEFAULT, engine


def one_number(theme: str | None) -> None:
    """The first three pictures, computed with the smallest layer there is."""
    paths, limit = cosine()
    picard = paths["Picard"]
    x = torch.linspace(-1.1, 1.3, 97, dtype=torch.float64)
    layers = states_over_time({"Picard": picard}, limit, time="layer", theme=theme)
    web = cobweb(picard, x, torch.cos(x), limit, theme=theme)
    flow = states_over_time(paths, limit, theme=theme)
    one, two, three = st.columns(3, gap="medium")
    for column, figure, key, name, texts in (
        (one, layers, "layers", "layers", words.LAYERS),
        (two, web, "fixed-point", "cobweb", words.FIXED_POINT),
        (three, flow, "flow", "flow", words.FLOW),
    ):
        Panel(figure, key, 215, name=name, camera=False, fit="small", **texts).show(column)


def one_digit(theme: str | None) -> None:
    """The last picture: the same, with a state of thousands of numbers and a drawing."""
    machine = engine()
    seen = machine.recognise(examples.rgba(examples.FIRST), DEFAULT)
    text, path = st.columns([1, 2], gap="medium")
    with text, st.container(key="digit"):
        st.header(words.DIGIT.format(size=machine.model.start(None).numel()), anchor=False)
        st.latex(r"\frac{dz}{dt} = f(z, x) - z, \qquad z^\ast = f(z^\ast, x)")
        st.markdown(words.DIGIT_IDEA)
        draw.prediction(seen, theme, brief=True)
        if st.button("Draw your own digit", type="primary", icon=":material/draw:", key="to-draw"):
            st.switch_page("pages/draw.py")
    with path, st.container(key="trajectory", gap="xsmall"):
        draw.path(seen, machine, 2, theme, height=375)
        st.caption(words.DIGIT_SHOWS)
    player_keys.attach("trajectory", f"{theme}", figure="The path of the hidden state")
