"""Examples of maps of one number; each shows one behaviour of fixed-point iteration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from deq.formula import Formula, parse
from deq.solvers.base import require_number


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a map, with the range and step of its control."""

    name: str
    low: float
    high: float
    default: float
    step: float = 0.01


@dataclass(frozen=True, slots=True)
class ScalarMap:
    """A map g of one number, with its name, parameters and interval to show.

    ``map(x)`` evaluates it with default parameters; ``map.at(r=3.2)`` fixes them.

    Attributes
    ----------
    key : str
        Short name for links; it never changes.
    name : str
        Name that people read.
    text : str
        The formula in x and the parameters, as `deq.formula.parse` reads it.
    view : tuple of float
        Interval to show, from low to high.
    start : float
        Default start of the iteration.
    parameters : tuple of Parameter
        Parameters.
    shows : str
        One sentence on what the map shows.

    Examples
    --------
    >>> logistic = PRESETS["logistic"]
    >>> round(float(logistic.at(r=2.0)(0.5)), 3), [p.name for p in logistic.parameters]
    (0.5, ['r'])
    """

    key: str
    name: str
    text: str
    view: tuple[float, float]
    start: float
    parameters: tuple[Parameter, ...] = ()
    shows: str = ""

    def __post_init__(self) -> None:
        low, high = self.view
        require_number("view", high, low=low)
        self.at()

    @property
    def defaults(self) -> dict[str, float]:
        """The parameters' default values by name."""
        return {p.name: p.default for p in self.parameters}

    @property
    def latex(self) -> str:
        """The formula for display, its parameters by name."""
        return self.at().latex

    def at(self, **values: float) -> Formula:
        """The map with these parameters, the others at their defaults.

        Raises
        ------
        ValueError
            If there is no such parameter, or its value is not finite. Values outside the range of
            a control are allowed.
        """
        unknown = values.keys() - self.defaults.keys()
        if unknown:
            known = ", ".join(self.defaults) or "none"
            raise ValueError(f"{self.name} has no parameter {min(unknown)!r}; it has {known}.")
        return _parsed(self.text, tuple({**self.defaults, **values}.items()))

    def __call__(self, x: Tensor | float) -> Tensor:
        """Evaluate with default parameters."""
        return self.at()(x)


@lru_cache(maxsize=256)
def _parsed(text: str, values: tuple[tuple[str, float], ...]) -> Formula:
    return parse(text, values=dict(values))


def custom_map(text: str, view: tuple[float, float] = (-4.0, 4.0), start: float = 1.0) -> ScalarMap:
    """A map from a formula in x that a visitor typed.

    Raises
    ------
    deq.formula.FormulaError
        If the text is no formula in x.
    """
    return ScalarMap("own", "your own g(x)", text, view, start)


_ALL = (
    ScalarMap(
        "cos",
        "cos x",
        "cos(x)",
        (-1.6, 1.6),
        -1.0,
        shows="From any start the cosine key of a calculator ends at 0.739…: after one step x is "
        "in [−1, 1], and there cos is a contraction.",
    ),
    ScalarMap(
        "line",
        "a straight line",
        "a*x + b",
        (-10.0, 10.0),
        8.0,
        (Parameter("a", -1.2, 1.2, 0.6), Parameter("b", -4.0, 4.0, 1.0, 0.1)),
        "Each step multiplies the error by the slope a; at 1 and at −1 it no longer settles.",
    ),
    ScalarMap(
        "heron",
        "Heron's square root",
        "1/2 (x + 2/x)",
        (0.2, 4.0),
        4.0,
        shows="The slope at √2 is zero, so the number of correct digits doubles at each step.",
    ),
    ScalarMap(
        "inverse",
        "2/x",
        "2/x",
        (0.3, 4.0),
        1.0,
        shows="The same √2, with slope −1: iteration jumps between two points for ever.",
    ),
    ScalarMap(
        "logistic",
        "the logistic map",
        "r x (1 - x)",
        (0.0, 1.0),
        0.2,
        (Parameter("r", 0.0, 4.0, 3.2),),
        "Past r = 3 the fixed point gives way to two points, four, eight, and then to chaos.",
    ),
    ScalarMap(
        "tanh",
        "one neuron that hears itself",
        "tanh(w x + b)",
        (-1.5, 1.5),
        0.1,
        (Parameter("w", -5.0, 5.0, 2.0, 0.1), Parameter("b", -1.0, 1.0, 0.0)),
        "Past w = 1 there are three fixed points, and the start decides where it ends; "
        "below w = −1 it jumps.",
    ),
    ScalarMap(
        "square",
        "x² + 1",
        "x^2 + 1",
        (-2.0, 4.0),
        0.0,
        shows="The curve never meets the diagonal: there is nowhere to settle, so it runs away.",
    ),
    ScalarMap(
        "exponential",
        "eˣ/4",
        "e^x/4",
        (-1.0, 3.0),
        2.0,
        shows="Two fixed points: the lower one attracts, the upper one is the edge beyond which "
        "all runs away.",
    ),
)
PRESETS: Mapping[str, ScalarMap] = {preset.key: preset for preset in _ALL}
