"""The idea in one screen."""

import streamlit as st

from pages.parts import guard

guard.through_app()
st.header("Deep equilibrium models", anchor=False)
