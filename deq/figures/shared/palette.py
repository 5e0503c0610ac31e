"""Every colour, once: the same thing has the same colour in every figure and on every page.

The ten digit colours were chosen by simulated annealing in OKLab (Ottosson 2020) so that any two
stay apart for normal vision and under simulated protanopia, deuteranopia and tritanopia (Machado,
Oliveira, Fernandes 2009), keep one hue in both themes, and reach a contrast of 3 against the page.
Digits that are often taken for one another (4 and 9, 1 and 7, 3 and 8) got distant colours.

The solvers' colours were chosen in the same way, apart from the ink and the accent too, with a
contrast of 4.5. That leaves little room, so each solver's line also has a dash and a marker of its
own: whoever sees no colours can tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, sans-serif'
"""The page's own font, so that figures look like part of it."""


LARGE = 19
"""Pixels from which bold letters may have a contrast of 3, as the digits' colours have; others need
4.5 (WCAG 2.2, 1.4.3)."""


@dataclass(frozen=True)
class SolverLook:
    """How a solver's line is drawn.

    Attributes
    ----------
    colour
        As a CSS hex string; variants of one solver share it.
    dash
        Plotly's name, or lengths in pixels.
    symbol
        Plotly's name of the marker.
    """

    colour: str
    dash: str
    symbol: str


@dataclass(frozen=True, eq=False)
class Palette:
    """The colours of one theme, as CSS hex strings.

    Attributes
    ----------
    page
        Background of the page; figures themselves are transparent.
    panel
        Background of buttons and sliders.
    ink
        Text and the state's path.
    muted
        Less important text: axis titles, captions (contrast ≥ 4.5).
    grid
        Grid lines and other background.
    accent
        The equilibrium.
    digits
        One colour for each of the ten digits.
    solvers
        One colour for each solver, by name.
    """

    page: str
    panel: str
    ink: str
    muted: str
    grid: str
    accent: str
    digits: tuple[str, ...]
    solvers: Mapping[str, str]

    def solver(self, name: str) -> str:
        """The colour of a solver; every method of torchdiffeq has the ODE's."""
        return self.solvers.get(name.lower(), self.solvers["ode"])

    def look(self, name: str) -> SolverLook:
        """How a solver's line is drawn, by the name that figures give it.

        Examples
        --------
        >>> palette().look("Newton").dash, palette().look("ODE bosh3").symbol
        ('16px,3px', 'square-open')
        """
        word = name.lower()
        if word not in _LINES:
            word = "ode" if word.removeprefix("ode ") in ("ode", "dopri5") else "another ode"
        solver, dash, symbol = _LINES[word]
        return SolverLook(self.solver(solver), dash, symbol)


# Each colour in the light and in the dark theme.
_PAGE = {
    "page": ("#ffffff", "#10151d"),
    "panel": ("#f1f4f8", "#1c2430"),
    "ink": ("#16202e", "#eef2f7"),
    "muted": ("#566173", "#a3afbf"),
    "grid": ("#dde3ea", "#2c3644"),
    "accent": ("#c2410c", "#ff9b54"),
}
_DIGITS = (
    ("#4f8ffc", "#649dfe"),  # 0 blue
    ("#70a001", "#c8f48c"),  # 1 green
    ("#df4e73", "#df607d"),  # 2 rose
    ("#1a9186", "#6dcbbf"),  # 3 teal
    ("#743cba", "#986cdb"),  # 4 violet
    ("#626db0", "#b4c0fb"),  # 5 periwinkle
    ("#5c3f0d", "#b1812f"),  # 6 brown
    ("#894f74", "#fed0eb"),  # 7 mauve
    ("#1e456d", "#698aae"),  # 8 navy
    ("#7e753e", "#d3bc0d"),  # 9 olive
)
_SOLVERS = {
    "ode": ("#0f6e8c", "#4fc3e8"),
    "picard": ("#766c2c", "#a99226"),
    "anderson": ("#a43e84", "#d276bd"),
    "broyden": ("#2a6843", "#41a275"),
    "newton": ("#a2241a", "#f96889"),
    "transient": ("#5e4acd", "#969aff"),
}
# Whose colour a line has, its dash, its marker.
_LINES = {
    "ode": ("ode", "solid", "square"),
    "another ode": ("ode", "longdash", "square-open"),
    "picard": ("picard", "dash", "circle"),
    "damped": ("picard", "dot", "circle-open"),
    "anderson": ("anderson", "longdashdot", "diamond"),
    "broyden": ("broyden", "dashdot", "triangle-up"),
    "newton": ("newton", "16px,3px", "x"),
    "gmres": ("newton", "16px,3px", "x"),
    "pseudotransient": ("transient", "2px,7px", "star"),
}
_LIGHT, _DARK = (
    Palette(
        **{name: pair[k] for name, pair in _PAGE.items()},
        digits=tuple(pair[k] for pair in _DIGITS),
        solvers=MappingProxyType({name: pair[k] for name, pair in _SOLVERS.items()}),
    )
    for k in (0, 1)
)


def palette(theme: str | None = "light") -> Palette:
    """The colours of a theme.

    Parameters
    ----------
    theme : {"light", "dark"} or None
        What Streamlit calls the theme's type; anything but ``"dark"`` is light.

    Examples
    --------
    >>> palette("dark").page
    '#10151d'
    >>> len(palette().digits)
    10
    """
    return _DARK if theme == "dark" else _LIGHT


def translucent(colour: str, opacity: float) -> str:
    """The CSS ``rgba(…)`` of a hex colour.

    Examples
    --------
    >>> translucent("#ff8000", 0.5)
    'rgba(255,128,0,0.5)'
    """
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def mixed(one: str, other: str, share: float) -> str:
    """A hex colour between two, with this share of the other.

    Examples
    --------
    >>> mixed("#000000", "#ff8000", 0.5)
    '#804000'
    """
    pairs = zip(*([int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in (one, other)), strict=True)
    return "#" + "".join(f"{round(a + share * (b - a)):02x}" for a, b in pairs)
