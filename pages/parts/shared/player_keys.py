"""What a played figure needs in the browser: keys, the whole state in the URL, the screen's width.

A few lines of JavaScript in the page; without them the buttons still work, and a phone shows the
panels side by side instead of one above the other.

* Space plays and pauses, → steps, Home begins again, once the figure has the focus.
* A widget that appears with a value of its own, because a button set it, does not write that value
  into the URL. So what belongs there is written here.
* Plotly rejects the promise of an animation that another one interrupts, and gives no reason. That
  is no error, and the console need not say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

_SCRIPT = """
const PLAY = 0, PAUSE = 2, STEP = 3, RESET = 4;  // the player's buttons in order
let playing = false;  // outlives a rerun of the page

const write = (query, prefixes) => {
  const address = new URL(window.location.href), there = address.searchParams;
  for (const name of [...there.keys()])
    if (prefixes.some((prefix) => name.startsWith(prefix)) && !(name in query)) there.delete(name);
  for (const [name, value] of Object.entries(query)) there.set(name, value);
  if (address.href !== window.location.href)
    window.history.replaceState(window.history.state, '', address);
};
const interrupted = (event) => { if (event.reason === undefined) event.preventDefault(); };

export default function ({ data, setStateValue }) {
  const query = window.matchMedia('(max-width: 800px)');
  const tell = () => { if (query.matches !== data.narrow) setStateValue('narrow', query.matches); };
  query.addEventListener('change', tell);
  tell();
  window.addEventListener('unhandledrejection', interrupted);
  write(data.query, data.prefixes);

  let box = null, over = false;
  const press = (k) => {
    const button = box.querySelectorAll('.updatemenu-button')[k];
    if (button) button.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  };
  const key = (event) => {
    if (event.target.closest('button, input')) return;
    if (event.key === ' ') press(playing ? PAUSE : PLAY);
    else if (event.key === 'ArrowRight') press(STEP);
    else if (event.key === 'Home') press(RESET);
    else return;
    event.preventDefault();
  };
  const attach = () => {
    if (over) return;
    box = document.querySelector(`.st-key-${data.leader}`);
    const plot = box && box.querySelector('.js-plotly-plot');
    if (!plot || !plot.on) { setTimeout(attach, 250); return; }
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', data.label);
    box.addEventListener('keydown', key);
    playing = false;
    plot.on('plotly_buttonclicked', ({ active }) => { playing = active < PAUSE; });
    plot.on('plotly_animatingframe', ({ name }) => {
      if (plot.layout.meta && name === plot.layout.meta.last) playing = false;
    });
  };
  attach();
  return () => {
    over = true;
    query.removeEventListener('change', tell);
    window.removeEventListener('unhandledrejection', interrupted);
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


def scalar_script(
    leader: str,
    turn: str,
    query: Mapping[str, str],
    prefixes: Sequence[str],
    label: str = LABEL,
) -> None:
    """Attach to the figure in the container `leader`.

    Parameters
    ----------
    leader : str
        Key of a container.
    turn : str
        Changes whenever the figure is another one.
    query : mapping of str to str
        What has to stand in the URL.
    prefixes : sequence of str
        What else begins with one of these is removed from it.
    label : str
        What the figure is called to those who cannot see it.
    """
    data = {
        "leader": leader,
        "label": label,
        "turn": turn,
        "narrow": narrow(),
        "query": dict(query),
        "prefixes": list(prefixes),
    }
    _component(
        data=data,
        key="scalar-script",
        default={"narrow": narrow()},
        on_narrow_change=lambda: None,
        height="content",
    )
