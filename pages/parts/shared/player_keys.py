"""What a played figure needs in the browser: keys, the whole state in the URL, the screen's width.

A few lines of JavaScript in the page. Without them the buttons still work, but a phone shows panels
side by side instead of stacked.

* Space plays and pauses, → steps, Home begins again, once the figure has the focus.
* A widget does not write into the URL a value that a button gave it before it was shown. So that
  is done here.
* When one animation interrupts another, Plotly rejects the promise of the first without a reason.
  That is no error, so it is kept out of the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

_SCRIPT = """
const PLAY = 0, PAUSE = 2, STEP = 3, RESET = 4;  // the player's buttons in order
let playing = false;  // kept between reruns of the page

const write = (query, names) => {
  const address = new URL(window.location.href), there = address.searchParams;
  for (const name of [...there.keys()])
    if (names.includes(name) && !(name in query)) there.delete(name);
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
  write(data.query, data.names);

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

LABEL = "Figure, played by keys: space plays and pauses, right arrow steps, Home begins again"

_component = st.components.v2.component("player_keys", js=_SCRIPT)


def narrow() -> bool:
    """Whether the screen is a phone's, as far as the browser has told yet."""
    state = st.session_state.get("player-keys")
    return bool(state.get("narrow", False)) if state else False


def attach(
    leader: str,
    version: str,
    *,
    label: str = LABEL,
    query: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
) -> None:
    """Let keys play the figure in the container with the key `leader`.

    `version` changes whenever the figure is another one; `label` is its name for people who cannot
    see it. `query` has to stand in the URL; those of `names` that are not in it are removed.
    """
    data = {
        "leader": leader,
        "label": label,
        "version": version,
        "narrow": narrow(),
        "query": dict(query or {}),
        "names": list(names),
    }
    _component(
        data=data,
        key="player-keys",
        default={"narrow": narrow()},
        on_narrow_change=lambda: None,
        height="content",
    )
