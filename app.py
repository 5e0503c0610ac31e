"""The router: page config and navigation, nothing else. Run it with ``streamlit run app.py``.

``streamlit run`` imports this file once, before any visitor, and finds `app`: the server, which
loads the network while the first browser still loads the page. After that it runs this file as a
script for each visitor.
"""

from pathlib import Path

import streamlit as st

from pages.parts import warm_up
from pages.parts.draw import reading
from pages.parts.look import style, teacher, theme
from pages.parts.runs import visitor
from pages.parts.shared import errors, presence, settings
from pages.parts.tour import bar

ASSETS = Path(__file__).parent / "assets"

if not st.runtime.exists():
    app = st.App(
        __file__, lifespan=warm_up.lifespan, middleware=[visitor.NAMED], routes=[reading.ROUTE]
    )
else:
    # Before st.navigation: an icon set later would be fetched from the internet by every browser.
    st.set_page_config(
        page_title="Deep equilibrium models",
        page_icon=str(ASSETS / "logo.png"),
        layout="wide",
    )
    st.logo(str(ASSETS / "logo.svg"), size="large", link=None)
    style.style()

    # In the order of the tour; style.py draws lines between the groups.
    page = st.navigation(
        [
            st.Page("pages/home.py", title="The idea", icon=":material/lightbulb:", default=True),
            st.Page("pages/fixed_points.py", title="Fixed points", icon=":material/adjust:"),
            st.Page("pages/steady_states.py", title="Steady states", icon=":material/waves:"),
            st.Page("pages/draw.py", title="Draw a digit", icon=":material/draw:"),
            st.Page("pages/solvers.py", title="Solver race", icon=":material/sprint:"),
            st.Page("pages/inside.py", title="One equilibrium", icon=":material/search:"),
            st.Page("pages/doubling.py", title="Learn y = 2x", icon=":material/school:"),
            st.Page("pages/gradients.py", title="Gradients", icon=":material/compare_arrows:"),
            st.Page("pages/training.py", title="Training lab", icon=":material/model_training:"),
            st.Page("pages/tour.py", title="Tour", icon=":material/tour:"),
        ],
        position="top",
    )
    st.set_page_config(page_title=f"{page.title} · Deep equilibrium models")
    with errors.in_words():
        warm_up.imports()
        teacher.style()
        style.room(page.url_path or "home", tour=bar.number() is not None)
        settings.enter(page.url_path or "home")
        presence.enter(page.title)
        bar.bar(page.url_path or "home")
        theme.follow()
        page.run()
