"""What a played figure needs in the browser: keys, the whole state in the URL, the screen's width.

A few lines of JavaScript in the page. Without them the buttons still work, but a phone shows panels
side by side instead of stacked.

* Keys play the figure once it has the focus; `LABEL` says which. Plotly has no keys, and its slider
  and its buttons cannot get the focus. So a key presses its button, or its slider at a stop.
* For people who asked their system for less motion, Play moves on by one stop.
* A changed verdict is read out by screen readers.
* A widget does not write into the URL a value that a button gave it before it was shown. So that
  is done here.
* When one animation interrupts another, Plotly rejects the promise of the first without a reason.
  That is no error, so it is kept out of the console.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

_SCRIPT = """
const PLAY = 0, PAUSE = 2, BUTTONS = '.updatemenu-button';  // Play, slowly, pause, ...
const INSET = 10;  // pixels from the ends of Plotly's slider to its first and its last stop
const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
// Kept between reruns of the page.
let playing = false, box = null, before = new AbortController();

const write = (query, names) => {
  const address = new URL(window.location.href), there = address.searchParams;
  for (const name of [...there.keys()])
    if (names.includes(name) && !(name in query)) there.delete(name);
  for (const [name, value] of Object.entries(query)) there.set(name, value);
  if (address.href !== window.location.href)
    window.history.replaceState(window.history.state, '', address);
};
const interrupted = (event) => { if (event.reason === undefined) event.preventDefault(); };

const press = (plot, k) =>
  plot.querySelectorAll(BUTTONS)[k].dispatchEvent(new MouseEvent('click', { bubbles: true }));

// The stops of a figure's slider: the first and the last one, and the one where it is.
const stops = ({ layout }) => {
  const { active, steps } = layout.sliders[0], first = layout.meta.first;
  return { first, now: Math.max(active, first), last: steps.length - 1 };
};
const go = (plot, stop) => {
  const { first, last } = stops(plot), rail = plot.querySelector('.slider-rail-touch-rect');
  const { left, top, width } = rail.getBoundingClientRect();
  const x = INSET + (width - 2 * INSET) * Math.min(Math.max(stop, first), last) / last;
  const place = { bubbles: true, clientX: left + x, clientY: top };
  rail.dispatchEvent(new MouseEvent('mousedown', place));
  plot.dispatchEvent(new MouseEvent('mouseup', place));
  playing = false;
};
const instead = (event) => {
  const button = calm.matches && event.target.closest && event.target.closest(BUTTONS);
  const plot = button && button.closest('.js-plotly-plot');
  if (!plot || [...plot.querySelectorAll(BUTTONS)].indexOf(button) >= PAUSE) return;
  event.stopImmediatePropagation();
  const { first, now, last } = stops(plot);
  go(plot, now === last ? first : now + 1);
};

export default function ({ data, setStateValue }) {
  // Streamlit cleans up when the component leaves the page, but not before it runs this again.
  before.abort();
  const now = before = new AbortController(), { signal } = now;
  const query = window.matchMedia('(max-width: 800px)');
  const tell = () => { if (query.matches !== data.narrow) setStateValue('narrow', query.matches); };
  query.addEventListener('change', tell, { signal });
  tell();
  window.addEventListener('unhandledrejection', interrupted, { signal });
  window.addEventListener('click', instead, { signal, capture: true });
  write(data.query, data.names);
  for (const verdict of document.querySelectorAll('.st-key-verdict'))
    verdict.setAttribute('aria-live', 'polite');

  const attach = () => {
    if (signal.aborted) return;
    const found = document.querySelector(`.st-key-${data.leader}`);
    const plot = found && found.querySelector('.js-plotly-plot');
    if (!plot || !plot.on || !plot.layout) { setTimeout(attach, 250); return; }
    const still = !plot.layout.sliders;
    if (box && (still || box !== found))
      for (const name of ['tabindex', 'role', 'aria-label', 'data-keys']) box.removeAttribute(name);
    box = found;
    if (still) return;
    box.tabIndex = 0;
    box.dataset.keys = '';
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', data.label);
    const moves = {
      // After the slider's last move, which waits for the next frame of the screen.
      ' ': () => requestAnimationFrame(() => press(plot, playing ? PAUSE : PLAY)),
      ArrowRight: () => go(plot, stops(plot).now + 1),
      ArrowLeft: () => go(plot, stops(plot).now - 1),
      Home: () => go(plot, stops(plot).first),
      End: () => go(plot, stops(plot).last),
    };
    box.addEventListener('keydown', (event) => {
      const other = event.ctrlKey || event.altKey || event.metaKey;
      if (other || !moves[event.key] || event.target.closest('button, input')) return;
      event.preventDefault();
      moves[event.key]();
    }, { signal });
    playing = false;
    plot.on('plotly_buttonclicked', ({ active }) => { playing = active < PAUSE; });
    plot.on('plotly_animatingframe', ({ name }) => {
      if (name === plot.layout.meta.last) playing = false;
    });
  };
  attach();
  return () => now.abort();
}
"""

LABEL = (
    "{figure}, played by keys: space plays and pauses, the right and left arrow keys step forward "
    "and back, Home and End go to the first and the last step"
)

_component = st.components.v2.component("player_keys", js=_SCRIPT)


def narrow() -> bool:
    """Whether the screen is a phone's, as far as the browser has told yet."""
    state = st.session_state.get("player-keys")
    return bool(state.get("narrow", False)) if state else False


def attach(
    leader: str,
    version: str,
    *,
    figure: str = "Figure",
    query: Mapping[str, str] | None = None,
    names: Sequence[str] = (),
) -> None:
    """Let keys play the figure in the container with the key `leader`.

    `version` changes whenever the figure is another one; `figure` is its name for people who cannot
    see it. `query` has to stand in the URL; those of `names` that are not in it are removed.
    """
    data = {
        "leader": leader,
        "label": LABEL.format(figure=figure),
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
