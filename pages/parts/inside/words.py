"""The sentences of the page inside one equilibrium, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from deq.inside import Depth, Flow, Kick, Scene, Sensitivity, Smudge, Spectrum, Starts
from deq.inside.scene import MAX_EVALS, first_within

IDEA = (
    "One digit x, one equilibrium z\\* = f(z\\*, x) of the network of the Draw page: a state z "
    "that another **step of iteration** z ← f(z, x) leaves as it is, and at which the **flow** "
    "dz/dt = f(z, x) − z stands still. How firmly do the two hold it, and what moves it?"
)
LOOK_FOR: Mapping[str, str] = {
    "eigenvalues": "**Look for** the point farthest from 0. The points are the eigenvalues λ of "
    "the Jacobian J = ∂f/∂z at z\\*; the largest |λ| is its spectral radius, the share of the "
    "error that a step of iteration leaves. The distance to the line Re λ = 1 is how fast the flow "
    "returns. In the second chart, the dashed line is the prediction and the dots are the run.",
    "kick": "**Look for** the slope after the kick, in the second chart: it hardly depends on the "
    "size of the kick. The dashed line is e⁻ᵗ, the return from a direction that a step forgets at "
    "once (λ = 0): a random kick is mostly made of those. The map shows two canonical variates "
    "of the state: the directions in which digits differ most.",
    "kick that does not return": "**Look for** the distance in the second chart, between the flow "
    "with the kick and the flow without: where no equilibrium holds the state, it grows at last.",
    "channels": "**Look for** tiles that light up at once, and for others that come later: "
    "z = relu(W z + x) lets every channel wait for its neighbours. The strongest channels first.",
    "depth": "**Look for** the k from which on the answer stays the same, and for the k from which "
    "on the state does: the k layers are the first k steps of iteration. The map shows two "
    "canonical variates of the state, the directions in which digits differ most.",
    "starts": "**Look for** a start that ends elsewhere. A contraction has none; with a larger "
    "gain there may be several ends, or none. The map shows two canonical variates of the state, "
    "the directions in which digits differ most.",
    "smudge": "**Look for** a jump: move the slider under the figure. The equilibrium z\\* moves "
    "continuously (lower chart), also where the answer changes.",
    "sensitivity": "**Look for** orange where there is no ink: ink there would raise the logit, "
    "the score of the digit before softmax turns scores into probabilities. Blue: ink there lowers "
    "it. The two maps agree once k steps have converged; the implicit one needs no stored steps.",
}


def look_for(section: str, scene: Scene) -> str:
    """What to look for in a view."""
    lost = section == "kick" and not scene.converged
    return LOOK_FOR["kick that does not return" if lost else section]


def verdict(scene: Scene, result: Any) -> str:
    """What the view shows, in a sentence or two."""
    for kind, say in _SAY:
        if isinstance(result, kind):
            return str(say(scene, result))
    raise TypeError(f"nothing to say of {result!r}")


def _spectrum(_: Scene, s: Spectrum) -> str:
    if not s.converged:
        grow = ", so errors grow there" * (s.radius > 1)
        return (
            f"No equilibrium was found within {MAX_EVALS} evaluations. At the best state the "
            f"largest |λ| is {s.radius:.2f}{grow}."
        )
    seen = "too quick to see" if s.observed != s.observed else f"observed {s.observed:.2f}"
    text = f"The largest |λ| is {s.radius:.2f}: predicted share of the error left by a step"
    return f"{text} {s.radius:.2f}, {seen}. {_stable(s)}"


def _stable(s: Spectrum) -> str:
    if s.radius < 1:
        return "Iteration and flow both return to z*."
    if s.abscissa < 1:
        return "Iteration moves away from z*, the flow returns to it."
    return "Iteration and flow both move away from z*."


def _kick(scene: Scene, k: Kick) -> str:
    if k.returned:
        return f"It returns: {100 * k.remaining:.1g} % of the kick is left at the end."
    if k.remaining > 1:
        return f"It does not return: the kick has grown to {k.remaining:.1f} times its size."
    return f"It has not returned yet: {100 * k.remaining:.0f} % of the kick is left at the end."


def _flow(scene: Scene, f: Flow) -> str:
    near = first_within(f.distances)
    if scene.converged and near is not None:
        return f"From zero to within 1 % of z* by t = {float(f.t[near]):.1f}."
    return (
        f"This state does not come to rest: at t = {float(f.t[-1]):.0f} the residual is still "
        f"{float(f.residuals[-1]):.2g}."
    )


def _depth(scene: Scene, d: Depth) -> str:
    last = len(d.distances) - 1
    if not scene.converged:
        return f"No equilibrium was found; after {last} layers the state still moves."
    near = first_within(d.distances)
    state = "the state still moves" if near is None else f"the state is within 1 % after {near}"
    if d.decided > last:
        return f"After {last} layers the answer is not yet the equilibrium's, {d.answer}; {state}."
    layers = "1 layer reads" if d.decided == 1 else f"{d.decided} layers read"
    return f"{layers} {d.answer}, as infinitely many do; {state}."


def _starts(scene: Scene, s: Starts) -> str:
    count, text = len(s.answers), ", ".join(sorted(set(s.answers)))
    if s.same_equilibrium and scene.converged:
        return (
            f"All {count} end at the same z*, which reads {text}: no two ends are further apart "
            f"than {100 * s.spread:.1g} % of its length."
        )
    return (
        f"They do not end at one place: ends are up to {100 * s.spread:.0f} % of ‖z*‖ apart and "
        f"read {text}."
    )


def _smudge(_: Scene, s: Smudge) -> str:
    if not bool(s.converged.all()):
        lost = int((~s.converged).sum())
        return f"For {lost} of {len(s.converged)} pictures no equilibrium was found within the cap."
    first = s.answers[0]
    if s.flip is None:
        return f"However much it is changed, the network reads {first}."
    return (
        f"At amount {s.flip_amount:.2f} the answer jumps from {first} to {s.answers[s.flip]}; z* "
        f"itself moved by {float(s.steps[s.flip]):.2g} there, where from end to end it moves by "
        f"{float(s.z_shift[-1]):.2g}."
    )


def _sensitivity(_: Scene, s: Sensitivity) -> str:
    if not s.converged:
        return (
            "There is no equilibrium to differentiate through, or its adjoint was not found: the "
            "implicit map is not the gradient here."
        )
    return (
        f"For the logit of {s.digit}, {s.steps} unrolled step{'s' * (s.steps != 1)} give a "
        f"gradient {100 * s.difference:.1f} % away from the implicit one."
    )


_SAY: tuple[tuple[type, Callable[[Scene, Any], str]], ...] = (
    (Spectrum, _spectrum),
    (Kick, _kick),
    (Flow, _flow),
    (Depth, _depth),
    (Starts, _starts),
    (Smudge, _smudge),
    (Sensitivity, _sensitivity),
)
