"""What the pad needs in the browser: its drawing in the address, and buttons that wait for it.

A few lines of JavaScript in the page; without them two things are missing and nothing else is.

The drawing stands in the address as ``ink``, an example as ``example``, so that a reload finds it
and a copied link shows it. Written by ``st.query_params`` it would be a new entry in the browser's
history with every stroke, and the Back button would lead from stroke to stroke; here it takes the
place of the one before.

The canvas tells of a stroke 200 ms after the pen is lifted. Undo clicked before that would remove
the stroke before the newest, which the page does not know yet, and the canvas would drop the
newest when it is told. A click that soon is held back until the canvas has spoken.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
const held = '.st-key-undo button, .st-key-clear button, .st-key-example button';
let drawing = false, lifted = -Infinity;  // they outlive a rerun of the page

const write = (drawing) => {
  const address = new URL(window.location.href), query = address.searchParams;
  for (const [name, text] of Object.entries(drawing))
    if (text) query.set(name, text); else query.delete(name);
  if (address.href !== window.location.href)
    window.history.replaceState(window.history.state, '', address);
};

export default function ({ data }) {
  const on = (node, selector) => node.closest && node.closest(selector);
  const down = (event) => { drawing = !!on(event.target, '.st-key-pad'); };
  const up = () => { if (drawing) lifted = performance.now(); drawing = false; };
  const click = (event) => {
    const button = on(event.target, held), wait = lifted + data.wait - performance.now();
    if (!button || wait <= 0) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTimeout(() => button.click(), wait);
  };
  const listeners = { pointerdown: down, pointerup: up, pointercancel: up, click };
  for (const [name, listener] of Object.entries(listeners))
    window.addEventListener(name, listener, true);
  write(data.drawing);
  return () => {
    for (const [name, listener] of Object.entries(listeners))
      window.removeEventListener(name, listener, true);
  };
}
"""

WAIT = 250
"""Milliseconds after the pen is lifted by which the canvas has told of the stroke."""

_component = st.components.v2.component("pad_script", js=_SCRIPT)


def pad_script(ink: str, example: str | None, turn: str) -> None:
    """Put the drawing in the address and hold hasty clicks back.

    Parameters
    ----------
    ink : str
        The drawing as `pages.parts.pad.link` writes it; an empty text takes it out of the address.
    example : str, optional
        The example on the pad, likewise.
    turn : str
        Changes with every drawing, and with all else that writes to the address.
    """
    data = {"drawing": {"ink": ink, "example": example or ""}, "turn": turn, "wait": WAIT}
    _component(data=data, key="pad-script", height="content")
