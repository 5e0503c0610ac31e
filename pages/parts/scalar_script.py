"""What a played figure needs in the browser: keys to play it, and a word on how wide the screen is.

A few lines of JavaScript in the page; without them the buttons still work, and a phone shows the
panels side by side instead of one above the other.

Space plays and pauses, → steps, Home begins again, once the figure has the focus.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
const PLAY = 0, PAUSE = 2, STEP = 3, RESET = 4;  // the player's buttons in order
let moving = 0;  // when the last frame was shown; outlives a rerun of the page

export default function ({ data, setStateValue }) {
  const query = window.matchMedia('(max-width: 800px)');
  const tell = () => { if (query.matches !== data.narrow) setStateValue('narrow', query.matches); };
  query.addEventListener('change', tell);
  tell();

  let box = null, over = false;
  const press = (k) => {
    const button = box.querySelectorAll('.updatemenu-button')[k];
    if (button) button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  };
  const key = (event) => {
    if (event.target.closest('button, input')) return;
    if (event.key === ' ') press(performance.now() - moving < 400 ? PAUSE : PLAY);
    else if (event.key === 'ArrowRight') press(STEP);
    else if (event.key === 'Home') press(RESET);
    else return;
    if (event.key === ' ' && performance.now() - moving < 400) moving = 0;
    event.preventDefault();
  };
  const shown = () => { moving = performance.now(); };
  const attach = () => {
    if (over) return;
    box = document.querySelector(`.st-key-${data.leader}`);
    const plot = box && box.querySelector('.js-plotly-plot');
    if (!plot || !plot.on) { setTimeout(attach, 250); return; }
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', data.label);
    box.addEventListener('keydown', key);
    plot.on('plotly_animatingframe', shown);
  };
  attach();
  return () => {
    over = true;
    query.removeEventListener('change', tell);
    if (box) box.removeEventListener('keydown', key);
  };
}
"""

LABEL = "Cobweb, played by keys: space plays and pauses, right arrow steps, Home begins again"

_component = st.components.v2.component("scalar_script", js=_SCRIPT)


def narrow() -> bool:
    """Whether the screen is a phone's, as far as the browser has told yet."""
    state = st.session_state.get("scalar-script")
    return bool(state.get("narrow", False)) if state else False


def scalar_script(leader: str, turn: str) -> None:
    """Attach to the figure in the container `leader`.

    Parameters
    ----------
    leader : str
        Key of a container.
    turn : str
        Changes whenever the figure is another one.
    """
    data = {"leader": leader, "label": LABEL, "turn": turn, "narrow": narrow()}
    _component(
        data=data,
        key="scalar-script",
        default={"narrow": narrow()},
        on_narrow_change=lambda: None,
        height="content",
    )
