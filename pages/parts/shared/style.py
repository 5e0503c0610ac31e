"""The few rules of style that Streamlit's theme cannot express."""

from __future__ import annotations

import streamlit as st

_STYLE = """
<style>
/* Pad and settings in one narrow column beside the results; on a phone pad, results, settings. */
.st-key-stage {
  display: grid; column-gap: 2rem; row-gap: 1rem;
  grid-template: "drawing results" auto "settings results" 1fr / 280px minmax(0, 1fr);
}
.st-key-stage > :has(> .st-key-drawing) { grid-area: drawing; }
.st-key-stage > :has(> .st-key-results) { grid-area: results; }
.st-key-stage > :has(> .st-key-settings) { grid-area: settings; }
@media (max-width: 800px) {
  .st-key-stage { grid-template: "drawing" "results" "settings" / minmax(0, 1fr); }
}
/* A class must be able to read the digit from the last row. */
.st-key-prediction [data-testid="stMetricValue"] { font-size: 5.5rem; font-weight: 700; }
.st-key-prediction [data-testid="stMetricValue"] * { line-height: 1.05; }
/* A drawing must not scroll a phone's page. */
.st-key-pad { touch-action: none; }
/* What keys play or draw on; its name, which says the keys, is shown while it has the focus. */
[data-keys] { position: relative; }
[data-keys]:focus-visible { outline: 3px solid; outline-offset: 3px; }
[data-keys]:focus-visible::after {
  content: attr(aria-label); position: absolute; top: calc(100% + 8px); left: 0; z-index: 2;
  padding: 0.4rem 0.6rem; border: 1px solid #ffffff; border-radius: 0.4rem;
  font-size: 0.85rem; color: #ffffff; background: #16202e;
}
/* The keyboard's pen on the pad: a ring, filled while it draws. */
.pad-pen {
  display: none; position: absolute; z-index: 100; margin: -8px;
  width: 16px; height: 16px; border-radius: 50%;
  border: 3px solid #ff9b54; box-sizing: border-box; pointer-events: none;
}
.st-key-pad:focus-visible .pad-pen { display: block; }
.pad-pen-down { background: #ff9b54; }
/* Four methods in one row of a narrow column. */
.st-key-method button { padding-inline: 0.5rem; }
.st-key-scalar-readouts { row-gap: 0.25rem; align-content: flex-start; }
.st-key-readouts p { font-size: 0.95rem; }
.tour-ways { display: flex; gap: 0.5rem; white-space: nowrap; }
.tour-ways a, p > .tour-next {
  padding: 0.4rem 0.8rem; border-radius: 0.5rem; border: 1px solid currentColor;
  text-decoration: none; color: inherit;
}
.tour-stop { font-weight: 600; color: inherit; }
.tour-time { opacity: 0.7; margin-left: 0.5rem; }
/* A column beside figures that is as wide as the pad in it. (Without :has, which would search all
   figures whenever one changes.) */
@media (min-width: 800px) {
  .st-key-beside-the-pad > * > [data-testid="stHorizontalBlock"] {
    flex-wrap: nowrap;
    > :first-child { min-width: 0; }
    > :last-child { flex: 0 0 280px; }
  }
}
/* Headings of a page's parts are as small as its text. */
[data-testid="stHeading"] h2 { padding: 0 0 1rem; }
/* Streamlit's captions and code are below a contrast of 4.5. */
[data-testid="stMain"] [data-testid="stCaptionContainer"] { color: inherit; opacity: 0.8; }
[data-testid="stCode"] .token {
  &.keyword { color: color-mix(in srgb, currentColor 40%, #1c83e1); }
  &:is(.string, .number, .boolean) { color: color-mix(in srgb, currentColor 50%, #09ab3b); }
  &.comment { color: color-mix(in srgb, currentColor 75%, transparent); }
}
.st-key-seen img { border-radius: 0.4rem; image-rendering: pixelated; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
</style>
"""


# Streamlit writes white on the primary colour, which in the dark theme is a light one.
_DARK = """
<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] * { color: #10151d; }
</style>
"""


def style() -> None:
    """Apply the rules to the page."""
    st.html(_STYLE + (_DARK if st.context.theme.type == "dark" else ""))


def digit_colour(colour: str) -> None:
    """Show the large digit in its own colour."""
    st.html(
        f'<style>.st-key-prediction [data-testid="stMetricValue"] {{ color: {colour}; }}</style>'
    )
