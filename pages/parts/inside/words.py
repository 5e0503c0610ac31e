"""The sentences of the page inside one equilibrium and its code box, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deq.inside import Depth, Flow, Kick, Scene, Sensitivity, Smudge, Spectrum, Starts
from deq.inside.scene import first_within
from pages.parts.pad import subject

IDEA = (
    "One digit, one equilibrium z\\* = f(z\\*, x), under the network of the Draw page. What holds "
    "it in place, and how firmly?"
)
LOOK_FOR: Mapping[str, str] = {
    "eigenvalues": "**Look for** the point that lies farthest out: its modulus is the share of the "
    "error that a step of iteration leaves, and its distance from the line Re λ = 1 is how fast "
    "the flow returns. The dashed line on the right is that prediction, the dots are the run.",
    "kick": "**Look for** the slope after the kick: it is the same whatever the kick's size. A "
    "random kick mostly hits directions that the cell forgets at once, with λ near 0 and so at "
    "distance 1 from the line Re λ = 1: the distance shrinks like e⁻ᵗ.",
    "channels": "**Look for** tiles that light up at once and others that need their neighbours: "
    "z = relu(W z + x) has every channel wait for all others. Strongest channels first.",
    "depth": "**Look for** the k at which the answer no longer changes, and for the one at which "
    "the state no longer does: it is an infinitely deep network, read early.",
    "starts": "**Look for** a start that ends elsewhere. A contraction has none; with a larger "
    "gain there may be several ends, or none.",
    "smudge": "**Drag** the slider. The equilibrium moves continuously, also where the answer "
    "jumps: the jump is in the reading, not in the state.",
    "sensitivity": "**Orange** pixels speak for the digit, **blue** ones against it, the stronger "
    "the more. The two maps agree once k steps have converged; the implicit one stored none.",
}


def verdict(scene: Scene, result: Any) -> str:
    """What the view shows, in a sentence or two."""
    for kind, say in _SAY:
        if isinstance(result, kind):
            return str(say(scene, result))
    raise TypeError(f"nothing to say of {result!r}")


def _spectrum(_: Scene, s: Spectrum) -> str:
    if not s.converged:
        return (
            f"No equilibrium was found; at the best state the largest |λ| is {s.radius:.2f}, so "
            "that errors grow there."
        )
    seen = "too quick to see" if s.observed != s.observed else f"observed {s.observed:.2f}"
    text = f"The largest |λ| is {s.radius:.2f}: predicted share of the error left by a step"
    return f"{text} {s.radius:.2f}, {seen}. {_stable(s)}"


def _stable(s: Spectrum) -> str:
    if s.radius < 1:
        return "Iteration and flow both hold it."
    if s.abscissa < 1:
        return "Iteration leaves it, the flow holds it."
    return "Neither holds it."


def _kick(scene: Scene, k: Kick) -> str:
    if k.returned:
        return f"It returns: {100 * k.remaining:.1g} % of the kick is left at the end."
    if k.remaining > 1:
        return "It does not return: the kick has grown."
    return f"It has not returned yet: {100 * k.remaining:.0f} % of the kick is left at the end."


def _flow(scene: Scene, f: Flow) -> str:
    near = first_within(f.distances)
    if scene.converged and near is not None:
        return f"From nothing to within 1 % of z* by t = {float(f.t[near]):.1f}."
    return "This state does not come to rest: see how the tiles go on changing."


def _depth(scene: Scene, d: Depth) -> str:
    last = len(d.distances) - 1
    if not scene.converged:
        return f"There is no equilibrium to come near to; after {last} layers it still moves."
    near = first_within(d.distances)
    digit = int(d.final.argmax())
    state = "the state still moves" if near is None else f"the state is within 1 % after {near}"
    if d.decided > last:
        return f"Fifty layers do not yet read {digit}, as the equilibrium does; {state}."
    layers = "1 layer reads" if d.decided == 1 else f"{d.decided} layers read"
    return f"{layers} {digit}, as infinitely many do; {state}."


def _starts(scene: Scene, s: Starts) -> str:
    count = len(s.digits)
    if s.same_equilibrium and scene.converged:
        return (
            f"All {count} end at the same z*: no two ends are further apart than "
            f"{100 * s.spread:.1g} % of its length."
        )
    names = sorted(set(s.digits))
    text = ", ".join(map(str, names))
    return (
        f"They do not end at one place: ends are up to {100 * s.spread:.0f} % of ‖z*‖ apart and "
        f"read {text}."
    )


def _smudge(_: Scene, s: Smudge) -> str:
    first = int(s.probabilities[0].argmax())
    if not bool(s.converged.all()):
        lost = int((~s.converged).sum())
        return f"For {lost} of {len(s.converged)} pictures no equilibrium was found within the cap."
    if s.flip is None:
        return f"However much it is spoilt, it is read as a {first}."
    then = int(s.probabilities[s.flip].argmax())
    return (
        f"At amount {s.flip_amount:.2f} the answer jumps from {first} to {then}; z* "
        f"itself moved by {float(s.steps[s.flip]):.2g} there, where from end to end it moves by "
        f"{float(s.z_shift[-1]):.2g}."
    )


def _sensitivity(_: Scene, s: Sensitivity) -> str:
    if not s.converged:
        return (
            "There is no equilibrium to differentiate through, or its adjoint was not found: the "
            "implicit map means nothing here."
        )
    return (
        f"For the logit of {s.digit}, {s.steps} unrolled step{'s' * (s.steps != 1)} give a "
        f"gradient {_percent(s.difference)} away from the implicit one."
    )


def _percent(share: float) -> str:
    """A share for people.

    Examples
    --------
    >>> _percent(0.123), _percent(0.00002)
    ('12 %', 'less than 0.1 %')
    """
    if share < 0.001:
        return "less than 0.1 %"
    return f"{100 * share:.2g} %"


_SAY: tuple[tuple[type, Callable[[Scene, Any], str]], ...] = (
    (Spectrum, _spectrum),
    (Kick, _kick),
    (Flow, _flow),
    (Depth, _depth),
    (Starts, _starts),
    (Smudge, _smudge),
    (Sensitivity, _sensitivity),
)


def code(section: str, digit: int | None, gain: float, options: Mapping[str, Any]) -> str:
    """The same in a few lines."""
    name = {"eigenvalues": "spectrum", "channels": "flow"}.get(section, section)
    given = "".join(f", {key}={value!r}" for key, value in options.items())
    return (
        "import deq\n"
        "from deq.digits.mnist import load_subset\n"
        f"from deq.inside import Scene, {name}\n"
        f"{subject.lines(digit)}\n"
        f'scene = Scene.of(deq.models.load("digits"), image, gain={gain:g})\n'
        f"found = {name}(scene{given})\n"
        "print([field for field in dir(found) if not field.startswith('_')])\n"
    )
