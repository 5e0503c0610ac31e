"""Draw a digit and watch its hidden state settle, and its equilibrium move as it grows."""

import streamlit as st

from deq.figures import palette
from pages.parts.draw import controls, lesson, live, tasks, trail, views
from pages.parts.draw.growth import growth
from pages.parts.draw.time_cursor import time_cursor
from pages.parts.look import hero, player_keys
from pages.parts.pad import pad
from pages.parts.pad.script import pad_script
from pages.parts.shared import errors, guard, load, own_model, pace, settings
from pages.parts.shared.engine import Engine, engine
from pages.parts.shared.tasks import question, try_and_read

guard.through_app()


def page(machine: Engine) -> None:
    """Lay the page out, then fill it: the digit first, the figures after it."""
    theme = st.context.theme.type
    with st.container(key="stage"):  # style.py puts these side by side, or stacks them
        left = st.container(gap="small", key="drawing")
        right = st.container(gap="small", key="results")
        below = st.container(gap="small", key="settings")
    with right:
        question()
        answer_side, path_side = st.columns([1, 2.5], gap="medium")
        numbers = st.container()
        when_side, residual_side = st.columns(2, gap="medium")
    first_visit = lesson.first_visit()
    with pace.answer():
        with left:
            drawing = pad.shown()
            under = st.container(gap="small")
        # The digit is sent before the widgets around it: their values are known without them.
        settings.keep()
        choice = controls.current()
        seen = lesson.recognise(machine, drawing, choice)
        now = settings.current(controls.Settings)
        answer = answer_side.container(gap="xsmall")
        with answer:
            views.prediction(seen, theme)
            line = trail.trail(machine, drawing, choice, now.cold, theme)
            live.follow(line, seen, now)
    with under:
        pad.tools(drawing)
    with below:
        controls.controls()
    # Before the figures, for which other visitors wait.
    grown = growth(machine, drawing, choice) if now.play == controls.GROWTH else None
    if first_visit:
        pace.let_go(first_visit=True)
    with pace.figures():
        with answer:
            views.bars(seen, machine, theme)
        with path_side, st.container(gap="xsmall", key="trajectory"):
            figure = views.hero(seen, grown, machine, theme)
        with numbers:
            views.readouts(seen, choice)
        with when_side, st.container(gap="xsmall", key="decision"):
            views.opinions(seen, theme)
        with residual_side, st.container(gap="xsmall", key="residuals"):
            views.residuals(seen, choice, theme)
        with numbers:
            live.saved(machine, drawing, line, seen, now)
        version = f"{drawing.number} {choice} {now.play} {st.session_state['view']}"
        followers = ["decision", "residuals"] if grown is None else []  # of the solver's time
        time_cursor("trajectory", followers, version, palette(theme).accent)
        played = "The path of the hidden state" if grown is None else "The growing drawing"
        player_keys.attach("trajectory", version, figure=played)
        pad_script(drawing.address(), drawing.example, drawing.version, version)
        own = machine.model is not engine().model
        views.files(seen, grown, choice, drawing, figure, own=own)


@st.fragment
def draw() -> None:
    """What a stroke changes. A fragment: a stroke reruns this and nothing else."""
    with errors.in_words(), load.answering():
        machine = own_model.machine(engine())
        own_model.notice()
        page(machine)


with errors.in_words():
    hero.title("Draw a digit and watch it settle")
    draw()
    try_and_read(tasks.TRY, tasks.READ, controls.Settings)
