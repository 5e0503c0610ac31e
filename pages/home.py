"""The idea in one screen: layer → infinitely many layers → fixed point → ODE → digit."""

import streamlit as st

from pages.parts.home import tasks, views
from pages.parts.look import hero
from pages.parts.shared import errors, guard
from pages.parts.shared.tasks import try_and_read

guard.through_app()

with errors.in_words():
    theme = st.context.theme.type
    hero.title("One layer, infinitely deep")
    views.one_number(theme)
    with errors.in_words():
        views.one_digit(theme)
    try_and_read(tasks.TRY, tasks.READ)
