"""Figures follow when the system, or the visitor in the app's menu, turns light or dark.

Streamlit then changes the page's own colours in the browser; those of the figures are made on the
server. So a few lines of JavaScript let the page run again as soon as its colours have changed.
"""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function ({ data, setTriggerValue }) {
  const app = document.querySelector('[data-testid="stApp"]');
  const tell = () => {
    const now = getComputedStyle(app).colorScheme;
    if (data.theme && now !== data.theme) setTriggerValue('theme', now);
  };
  const observer = new MutationObserver(tell);  // a new theme brings new classes
  observer.observe(app, { attributes: true, attributeFilter: ['class'] });
  return () => observer.disconnect();
}
"""
_component = st.components.v2.component("theme_follower", js=_SCRIPT)


def follow() -> None:
    """Run the page again when its theme is not the one that this run knows."""
    _component(
        data={"theme": st.context.theme.type},
        key="theme-follower",
        on_theme_change=lambda: None,
        height="content",
    )
