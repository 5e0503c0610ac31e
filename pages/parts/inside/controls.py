"""What the page inside one equilibrium looks at, and how: its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deq.inside import SMUDGES
from pages.parts.inside.lesson import SECTIONS, Look
from pages.parts.pad import subject
from pages.parts.pad.subject import DRAWING, MNIST, Subject
from pages.parts.shared.settings import current, random_seed, said, setting, show
from pages.parts.shared.widgets import Choice, Segments, Slider

AUTO = "the one it reads"


@dataclass(frozen=True)
class Settings:
    """Every control of the page."""

    see: str = setting(
        Segments("View", SECTIONS[0], SECTIONS, look={"label_visibility": "collapsed"})
    )
    of: str = setting(Segments("Look at", DRAWING, (DRAWING, MNIST)))
    digit: int = setting(subject.DIGIT)
    when: float = setting(Slider("Time of the kick", 4.0, 0.0, 10.0, 0.5))
    size: float = setting(
        Slider("Size of the kick", 1.0, 0.0, 3.0, 0.1, help="Its length over that of the state.")
    )
    kind: str = setting(Choice("Smudge", "noise", tuple(SMUDGES)))
    logit: str = setting(
        Choice(
            "Logit of",
            AUTO,
            (AUTO, *"0123456789"),
            help="The logit of a digit is its score, before softmax makes probabilities of the "
            "ten scores.",
        )
    )
    unrolled: int = setting(Slider("Unrolled steps k", 10, 1, 50, 1))
    seed: int = random_seed("Seed")
    gamma: float = setting(
        Slider(
            "Gain γ on the state",
            1.0,
            0.0,
            8.0,
            0.25,
            help="The cell becomes f(γz, x). γ = 1 is the network as trained; a larger γ stretches "
            "all eigenvalues, until the equilibrium is no longer stable.",
        )
    )


@dataclass(frozen=True)
class Asked:
    """What the visitor chose."""

    look: Look
    subject: Subject


def section() -> str:
    """Which view is open."""
    return str(show(Settings, "see"))


def controls(see: str) -> Asked | str:
    """Show those of this view; what was asked for, or why there is nothing to look at."""
    said()
    kind = show(Settings, "of")
    if kind == MNIST:
        show(Settings, "digit")
    for key, label in _OF_VIEW.get(see, {}).items():
        if key == "seed" and see == "smudge" and current(Settings).kind != "noise":
            continue  # the other smudges have nothing random
        show(Settings, key, label=label)
    show(Settings, "gamma")
    if kind == DRAWING:
        subject.drawn_here()
    now = current(Settings)
    found = subject.subject(kind, now.digit)
    if isinstance(found, str):
        return found
    return Asked(Look(see, found.key, now.gamma, tuple(_options(now).items())), found)


# View → its controls, and their labels where they differ from the table's.
_OF_VIEW: dict[str, dict[str, str | None]] = {
    "kick": {"when": None, "size": None, "seed": "Seed of the direction"},
    "starts": {"seed": "Seed of the starts"},
    "smudge": {"kind": None, "seed": "Seed of the noise"},
    "sensitivity": {"logit": None, "unrolled": None},
}


def _options(now: Settings) -> dict[str, Any]:
    """What the function behind the view is given."""
    match now.see:
        case "kick":
            return {"when": now.when, "size": now.size, "seed": now.seed}
        case "starts":
            return {"seed": now.seed}
        case "smudge":
            return {"kind": now.kind, "seed": now.seed if now.kind == "noise" else 0}
        case "sensitivity":
            return {"digit": None if now.logit == AUTO else int(now.logit), "steps": now.unrolled}
        case _:
            return {}
