"""The idea in one screen: layer → infinitely many layers → fixed point → ODE → digit."""

import streamlit as st

from deq.models import WeightsError
from pages.parts.home import views
from pages.parts.shared import errors, guard, tasks

guard.through_app()

with errors.in_words():
    theme = st.context.theme.type
    st.header("One layer, infinitely deep", anchor=False)
    views.one_number(theme)
    try:
        views.one_digit(theme)
    except WeightsError as error:
        st.error(str(error), icon=":material/error:")
    tasks.try_and_read(tasks.HOME_TRY, tasks.HOME_READ)
