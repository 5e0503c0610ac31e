"""What the pad needs in the browser, a few lines of JavaScript.

The drawing stands in the address as ``ink``, an example as ``example``: a reload or a copied link
shows it again. With ``st.query_params`` each stroke would be an entry in the browser's history, and
the Back button would lead from stroke to stroke; the script replaces the entry.

The canvas reports a stroke 200 ms after the pen is lifted. Undo before that would remove the stroke
before it, and the canvas would drop the newest. So such a click waits for the report.
"""

from __future__ import annotations

import streamlit as st

from pages.parts.pad.pen import LABEL, PEN

_SCRIPT = """
// All that is not const is kept between reruns of the page.
const held = '.st-key-undo button, .st-key-clear button, .st-key-example button';
let drawing = false, lifted = -Infinity, before = new AbortController();

const write = (drawing) => {
  const address = new URL(window.location.href), query = address.searchParams;
  for (const [name, text] of Object.entries(drawing))
    if (text) query.set(name, text); else query.delete(name);
  if (address.href !== window.location.href)
    window.history.replaceState(window.history.state, '', address);
};

export default function ({ data }) {
  // Streamlit cleans up when the component leaves the page, but not before it runs this again.
  before.abort();
  const now = before = new AbortController(), { signal } = now;
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
    window.addEventListener(name, listener, { signal, capture: true });
  write(data.drawing);
  keyboard(data.label, signal);
  return () => now.abort();
}
"""

WAIT = 250
"""Milliseconds after which the canvas has reported a stroke."""

_component = st.components.v2.component("pad_script", js=PEN + _SCRIPT)


def pad_script(ink: str, example: str | None, version: str) -> None:
    """Put a drawing or the name of an example into the address, and hold hasty clicks back.

    Empty texts are taken out of the address. `version` changes with every drawing, and with all
    else that writes to the address.
    """
    drawing = {"ink": ink, "example": example or ""}
    data = {"drawing": drawing, "version": version, "wait": WAIT, "label": LABEL}
    _component(data=data, key="pad-script", height="content")
