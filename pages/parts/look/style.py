"""The few rules of style that Streamlit's theme cannot express."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import streamlit as st

_STYLE = """
<style>
/* A projector has 720 lines. What stands above the figure is thin, and the figure takes what the
   window leaves: it is seen whole, with its Play button, without scrolling. */
@media (min-width: 801px) {
  [data-testid="stHeader"], [data-testid="stToolbar"] { height: 2.75rem; min-height: 0; }
  [data-testid="stMainBlockContainer"] { padding: 3.25rem 2.5rem 2rem; }
  [data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] { gap: 0.6rem; }
  .st-key-title { column-gap: 1.5rem; flex-wrap: nowrap; }
  .st-key-title p { font-size: 0.95rem; line-height: 1.35; text-wrap: pretty; }
  :root {
    --small: clamp(9rem, calc(36vh - 6.8rem), 13.5rem);
    --hero: clamp(var(--least), calc(100vh - var(--above, 16rem)), 36rem);
  }
  [class*="st-key-fit-small-"] > * { height: var(--small) !important; flex-basis: auto !important; }
  [class*="st-key-fit-hero-"] > * { height: var(--hero) !important; flex-basis: auto !important; }
  [class*="st-key-fit-beside-"] > * {
    height: calc(var(--hero) - 2.2rem) !important; flex-basis: auto !important;
  }
  [class*="st-key-fit-half-"] > * {
    height: calc(var(--hero) / 2 - 1.6rem) !important; flex-basis: auto !important;
  }
}
.st-key-tour > :first-child { flex: 1 1 0; }
[data-testid="stHeading"] h1 { padding: 0.15rem 0; }
/* Scripts without a look of their own take no room, not even a gap. */
:is(.st-key-theme-follower, .st-key-tour-keys, .st-key-player-keys, .st-key-to-question,
.st-key-live-script) {
  position: absolute;
}
/* The menu shows every page, in the groups of the tour. */
[data-testid="stTopNav"] { padding-inline: 0.75rem 0; font-size: 14px; }
[data-testid="stTopNavLink"] { padding-inline: 5px; gap: 4px; }
[data-testid="stTopNav"] + div { min-width: 0; }  /* Streamlit keeps 200 pixels free there */
[data-testid="stTopNavLink"] :is(span, p) { font-size: 14px; }
.rc-overflow-item:is(:nth-of-type(2), :nth-of-type(4), :nth-of-type(7), :nth-of-type(10)) {
  border-left: 1px solid color-mix(in srgb, currentColor 30%, transparent);
  padding-left: 5px; margin-left: 1px;
}
/* Pad and settings in one narrow column beside the results; on a phone one below the other. */
.st-key-stage {
  display: grid; column-gap: 2rem; row-gap: 1rem;
  grid-template: "drawing results" auto "settings results" 1fr / 280px minmax(0, 1fr);
}
.st-key-stage > :has(> .st-key-drawing) { grid-area: drawing; }
.st-key-stage > :has(> .st-key-results) { grid-area: results; }
.st-key-stage > :has(> .st-key-settings) { grid-area: settings; }
/* A class must be able to read the digit from the last row. */
.st-key-prediction [data-testid="stMetricValue"] { font-size: 5.5rem; font-weight: 700; }
.st-key-prediction [data-testid="stMetricValue"] * { line-height: 1.05; }
.st-key-reading { flex-wrap: nowrap; }
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
/* The equilibria while the pen moves, over the map, whose last path steps back. */
:is(.live-trail, .live-bars) {
  position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; pointer-events: none;
}
.live-trail polyline { fill: none; stroke: #d9701f; stroke-width: 2.5; }
.live-trail text {
  fill: #ffffff; font: 700 16px sans-serif; text-anchor: middle; dominant-baseline: central;
}
.live-bars text { font: 13px sans-serif; fill: currentColor; dominant-baseline: central; }
.live-measured .barlayer { visibility: hidden; }
.live-digit {
  display: none; position: absolute; z-index: 100; top: -44px; right: 0; width: 40px;
  border-radius: 20px; font: 700 24px/40px sans-serif; text-align: center; color: #ffffff;
}
@media (max-width: 800px) { .live-digit { display: block; } }
.js-plotly-plot.live .scatterlayer { opacity: 0.35; }
/* And the digit and the picture so far, over those of the drawing before, which has the verdict. */
[data-testid="stMetricValue"][data-live] { position: relative; }
[data-testid="stMetricValue"][data-live] > * { visibility: hidden; }
[data-live]::after {
  content: attr(data-live); position: absolute; inset: 0; color: var(--live); line-height: 1.05;
}
:has(> .live-seen) { position: relative; }
.live-seen { position: absolute; inset: 0; width: 100%; height: 100%; }
[data-before] { opacity: 0.35; }
/* Four methods in one row of a narrow column. */
.st-key-method button { padding-inline: 0.5rem; }
.st-key-scalar-readouts { row-gap: 0.25rem; align-content: flex-start; }
.st-key-readouts p { font-size: 0.95rem; }
.st-key-tour { padding: 0.3rem 0.75rem; }
.st-key-tour p { line-height: 1.35; }
.tour-ways { display: flex; gap: 0.5rem; white-space: nowrap; }
.tour-ways a, p > .tour-next {
  padding: 0.25rem 0.7rem; border-radius: 0.5rem; border: 1px solid currentColor;
  text-decoration: none; color: inherit;
}
p > .tour-next { padding: 0.4rem 0.8rem; }
.tour-stop { font-weight: 600; color: inherit; }
.tour-time { opacity: 0.7; margin-left: 0.5rem; }
/* A column beside figures that is as wide as the pad in it. (Without :has, which would search all
   figures whenever one changes.) */
@media (min-width: 801px) {
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
@media (max-width: 800px) {
  /* What is set stands above what it changes. */
  .st-key-stage { grid-template: "drawing" "settings" "results" / minmax(0, 1fr); }
  [data-testid="stColumn"]:has(> * > * > .st-key-controls) { order: -1; }
  .st-key-controls, .st-key-settings { gap: 0.5rem; }
  /* What a task asks belongs to its own button, not to the next. */
  .st-key-what-to-try { gap: 1.2rem; }
  .st-key-what-to-try [data-testid="stHorizontalBlock"] { gap: 0.2rem; }
}
/* Fingers cannot hover: Plotly's buttons would cover the titles for good. And a finger on a figure
   scrolls the page; the figure's own buttons and slider still take it. */
@media (hover: none) {
  .js-plotly-plot .modebar-container, .st-key-still { display: none; }
  .js-plotly-plot .draglayer .drag { pointer-events: none !important; }  /* Plotly sets "all" */
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
</style>
"""


# Streamlit writes white on the primary colour, which in the dark theme is a light one.
_DARK = """
<style>
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primary"] * { color: #10151d; }
</style>
"""

_ABOVE: Mapping[str, float] = MappingProxyType(
    {
        "home": 16.4,  # and three small figures
        "fixed_points": 12.5,
        "steady_states": 15.5,
        "draw": 29.75,  # and all that stands below it
        "solvers": 10.8,
        "inside": 12.6,
        "doubling": 14,
        "training": 15.2,
        "gradients": 13.6,
    }
)
"""How much of each page stands above its main figure, in rem; tests/browser/test_projector.py."""
_TOUR = 3.9
_LEAST: Mapping[str, float] = MappingProxyType({"home": 17.5, "draw": 26.5})
"""The least height of the main figure, if not 22 rem."""


def style() -> None:
    """Apply the rules to the page."""
    st.html(_STYLE + (_DARK if st.context.theme.type == "dark" else ""))


def room(page: str, *, tour: bool) -> None:
    """Tell the main figure how much of this page stands above it."""
    above = f"{_ABOVE.get(page, 12) + (_TOUR if tour else 0):g}rem"
    if page == "home":
        above = f"calc({above} + var(--small))"
    least = f"{_LEAST.get(page, 22):g}rem"
    st.html(f"<style>:root {{ --above: {above}; --least: {least}; }}</style>")


def digit_colour(colour: str) -> None:
    """Show the large digit in its own colour."""
    st.html(
        f'<style>.st-key-prediction [data-testid="stMetricValue"] {{ color: {colour}; }}</style>'
    )
