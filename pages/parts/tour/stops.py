"""The stops of the guided path: where each is, what to show there, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlencode


@dataclass(frozen=True)
class Stop:
    """One of them.

    Attributes
    ----------
    page
        File under pages/, "home" for the first one.
    title
        What it is about.
    say
        What to do there, and what to see.
    minutes
        How long it takes in class.
    query
        What sets the page.
    """

    page: str
    title: str
    say: str
    minutes: float
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def link(self, number: int, more: Mapping[str, str] = MappingProxyType({})) -> str:
        """Its address, from any page of the app.

        Examples
        --------
        >>> Stop("inside", "", "", 1, {"see": "kick"}).link(4)
        'inside?see=kick&tour=4'
        >>> Stop("home", "", "", 1).link(1)
        './?tour=1'
        """
        query = urlencode({**self.query, **more, "tour": str(number)})
        return f"{'./' if self.page == 'home' else self.page}?{query}"


STOPS = (
    Stop(
        "home",
        "A layer, again and again",
        "Read the three small pictures from left to right. Then press **Play** below the large "
        "one: the tour explains what happens there.",
        1.5,
    ),
    Stop(
        "fixed_points",
        "cos x = x",
        "Press **Step** a few times, and cos on a calculator as often; then press **Play**. Why "
        "does every start end at 0.739?",
        2.5,
        {"map": "cos"},
    ),
    Stop(
        "steady_states",
        "The same as an ODE",
        "Where cos x − x is positive, x grows: the curves rise, and the arrows at the right point "
        "up. Flow and iteration end at the same x\\*, on different ways.",
        2,
    ),
    Stop(
        "steady_states",
        "Why an ODE",
        "The slope λ is below −1: iteration jumps between two points for ever, the flow settles. "
        "Move **w**: from where on does iteration settle, too?",
        2,
        {"part": "Why an ODE", "w": "-2.0"},
    ),
    Stop(
        "draw",
        "A digit finds its equilibrium",
        "Let somebody draw. The state moves into the region of its digit, and slows down as it "
        "nears z\\*.",
        3,
        {"example": "3"},
    ),
    Stop(
        "solvers",
        "Who gets there first?",
        "All solvers on that drawing. Let the class bet which needs the fewest evaluations of f, "
        "then press **Play**. The ODE follows the whole path and needs the most.",
        1.5,
    ),
    Stop(
        "inside",
        "What holds it",
        "All eigenvalues lie far inside the circle. Raise the gain until one crosses: what happens "
        "to the iteration on the right?",
        2,
        {"see": "eigenvalues"},
    ),
    Stop(
        "inside",
        "Kick it",
        "The state is pushed aside and comes back to the same z\\*. Make the kick larger: does it "
        "still return?",
        1.5,
        {"see": "kick"},
    ),
    Stop(
        "doubling",
        "Learning through an equilibrium",
        "Press **Start**. Only the equilibrium is differentiated, never the way there. Asked −5, "
        "which it never saw, it answers about −10.",
        1.5,
    ),
    Stop(
        "gradients",
        "What a gradient costs",
        "At the left, the errors of the implicit and of the unrolled gradient fall alike. In the "
        "middle, unrolling keeps more memory with every step; the implicit gradient does not.",
        1.5,
    ),
    Stop(
        "training",
        "Train it yourself",
        "Press **Start**: in about ten seconds 180,110 numbers are trained, and the ten clusters "
        "come apart. Then draw with it.",
        2,
    ),
)
MINUTES = sum(stop.minutes for stop in STOPS)
