"""What the pad needs in the browser, a few lines of JavaScript.

The drawing stands in the address as ``ink``, an example as ``example``: a reload or a copied link
shows it again. With ``st.query_params`` each stroke would be an entry in the browser's history, and
the Back button would lead from stroke to stroke; the script replaces the entry.

The canvas reports a stroke 200 ms after the pen is lifted. So the script reads its picture itself,
and hands it to the page as soon as the stroke is in it (`stroke`). If it finds no stroke there, the
canvas's report has to do.

Undo before that report would remove the stroke before it, and the canvas would drop the newest. So
such a click waits for the report.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.pad.look import LOOK
from pages.parts.pad.pen import LABEL, PEN

_SCRIPT = """
const write = (drawing) => {
  const address = new URL(window.location.href), query = address.searchParams;
  for (const [name, text] of Object.entries(drawing))
    if (text) query.set(name, text); else query.delete(name);
  if (address.href !== window.location.href)
    window.history.replaceState(window.history.state, '', address);
};

// All that is not const is kept between reruns of the page.
const held = '.st-key-undo button, .st-key-clear button, .st-key-example button';
let drawing = false, lifted = -Infinity, before = new AbortController();
let points = null, was = '';  // of the stroke that is drawn: its way, and the picture before it
const FRAMES = 3;  // of the screen: after so many, a stroke is in the picture

const hand = (pad, was, send, frames = 0) => requestAnimationFrame(() => {
  const now = picture(pad);
  if (now !== was) send(now);
  else if (frames < FRAMES) hand(pad, was, send, frames + 1);
});

export default function ({ data, setTriggerValue }) {
  // Streamlit cleans up when the component leaves the page, but not before it runs this again.
  before.abort();
  const now = before = new AbortController(), { signal } = now;
  const on = (node, selector) => node.closest && node.closest(selector);
  const down = (event) => {
    if (event.isPrimary === false) return;  // a second finger
    const pad = drawsOn(event);
    drawing = !!padOf(event.target);
    points = pad && [place(pad, event)];
    was = pad && picture(pad);
  };
  const follow = (event) => {
    const pad = drawing && points && document.querySelector('.st-key-pad');
    if (pad && canvas(pad) && event.isPrimary !== false) points.push(place(pad, event));
  };
  const end = () => { if (drawing) lifted = performance.now(); drawing = false; };
  const up = (event) => {
    if (event.isPrimary === false) return;
    const pad = drawing && points && document.querySelector('.st-key-pad'), way = points;
    end();
    const send = (picture) =>
      setTriggerValue('stroke', { picture, points: way, version: data.shows });
    // The canvas hears of the pen after this, and paints with the next frame of the screen.
    if (pad && canvas(pad)) setTimeout(hand, 0, pad, was, send);
  };
  const click = (event) => {
    const button = on(event.target, held), wait = lifted + data.wait - performance.now();
    if (!button || wait <= 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // By then the button may be another one: a first stroke brings new examples.
    const same = ({ textContent }) => textContent === button.textContent;
    setTimeout(() => [...document.querySelectorAll(held)].filter(same).at(-1)?.click(), wait);
  };
  const listeners =
    { pointerdown: down, pointermove: follow, pointerup: up, pointercancel: end, click };
  for (const [name, listener] of Object.entries(listeners))
    window.addEventListener(name, listener, { signal, capture: true });
  write(data.drawing);
  keyboard(data.label, signal);
  return () => now.abort();
}
"""

_KEY = "pad-script"
WAIT = 250
"""Milliseconds after which the canvas has reported a stroke."""

_component = st.components.v2.component("pad_script", js=LOOK + PEN + _SCRIPT)


def pad_script(ink: str, example: str | None, shows: int, version: str) -> None:
    """Put a drawing or the name of an example into the address, and hand in new strokes.

    Empty texts are taken out of the address. `shows` is the version of what the canvas has to show;
    `version` changes with every drawing, and with all else that writes to the address.
    """
    drawing = {"ink": ink, "example": example or ""}
    data = {"drawing": drawing, "shows": shows, "version": version, "wait": WAIT, "label": LABEL}
    _component(data=data, key=_KEY, on_stroke_change=lambda: None, height="content")


def stroke() -> Mapping[str, Any] | None:
    """The stroke that has been handed in, in the run that it has asked for: see `Pad.take_stroke`.

    It has the keys "picture" (a PNG in an address), "points" (N, 2) and "version".
    """
    state = st.session_state.get(_KEY)
    found: Mapping[str, Any] | None = state.get("stroke") if state else None
    return found
