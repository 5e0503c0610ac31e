"""Near a 1, 2, 4, 5 or 7: things that are a stem or a hook and more."""

from __future__ import annotations

import numpy as np

from deq.digits.others.curves import Family, arc, by_hand, closed, either_way, line, smooth, spun
from deq.digits.strokes import Strokes

# Kept for tests, so nothing like them is here: ?, notes, umbrella, anchor, candle, sailboat, K, R.
# A bow or an arm to the left on a plain stem is a 1 or a 7: these have theirs to the right.


@by_hand
def dotted(rng: np.random.Generator) -> Strokes:
    """A letter or a sign with a large dot far from a short stem: i, j, ! or a semicolon."""
    dot = arc(0, 0, rng.uniform(0.12, 0.2))
    wide, long, bow = rng.uniform(0.2, 0.35), rng.uniform(0.6, 0.9), rng.uniform(0.3, 0.6)
    foot = 0.75 + long
    stems = [
        smooth([(0, 0.75), (0, foot - 0.2), (0.3 * bow, foot), (bow, foot - 0.05)]),
        smooth([(0, 0.75), (0, foot), (-0.3 * bow, foot + 0.25), (-bow, foot + 0.2)]),
        closed((-wide, -0.8 - long), (wide, -0.8 - long), (0.06, -0.75), (-0.06, -0.75)),
        smooth([(0, 0.7), (0.1, 0.85), (0.05, 1.05), (-0.5 * bow, 0.9 + bow)]),
    ]
    return [dot, stems[int(rng.integers(4))]]


@by_hand
def candy_cane(rng: np.random.Generator) -> Strokes:
    """A thick cane of two lines with stripes, its hook to the right."""
    low, inner = rng.uniform(1.6, 2.2), rng.uniform(0.3, 0.4)
    edges = [np.concatenate([[(-r, low)], arc(0, 0, r, r, 180, 360)]) for r in (inner, inner + 0.8)]
    ends = [line((inner, 0), (inner + 0.8, 0)), line((-inner, low), (-inner - 0.8, low))]
    straight = [line((-inner - 0.8, y + 0.3), (-inner, y)) for y in (0.1, low / 2 - 0.1)]
    bent = [
        line((r * x, r * y), ((r + 0.8) * x, (r + 0.8) * y))
        for r, (x, y) in ((inner, (-0.5, -0.87)), (inner, (0.6, -0.8)))
    ]
    return [*edges, *ends, *straight, *bent]


@by_hand
def stick_and_ball(rng: np.random.Generator) -> Strokes:
    """A golf club (with its head to the right, it were a 6) or a hockey stick; ball or puck."""
    x = rng.uniform(1.15, 1.5)
    if rng.random() < 0.5:
        head = smooth([(0, 0.6), (0.55, 0.75), (0.6, 1.0), (-0.05, 1.0), (0, 0.6)])
        ball = arc(x, 0.8, rng.uniform(0.2, 0.28))
        return [part * [-1, 1] for part in (line((-0.5, -1.4), (0, 0.6)), head, ball)]
    stick = line((-0.7, -1.4), (0, 0.75), (0.75, 0.75), (0.75, 1.0), (-0.2, 1.0), (-0.92, -1.3))
    low = closed((x, 0.8), (x + 0.6, 0.8), (x + 0.6, 1.05), (x, 1.05))
    return either_way([stick, low], rng)


@by_hand
def swan(rng: np.random.Generator) -> Strokes:
    """A swan on the water: a bent neck, a beak, an eye, a body with a wing."""
    neck = smooth([(-0.75, 0.3), (-0.35, -0.3), (-0.5, -1.1), (-0.95, -1.2), (-1.15, -0.9)])
    beak = line((-1.15, -0.9), (-1.5, -0.7), (-1.0, -0.75))
    front = smooth([(-1.0, -0.75), (-0.75, -0.85), (-0.75, -0.3), (-1.1, 0.4), (-0.7, 0.9)])
    body = smooth([(-0.5, 0.0), (0.3, -0.2), (1.3, -0.4), (1.0, 0.6), (0.4, 0.95), (-0.7, 0.9)])
    wing = smooth([(-0.1, 0.25), (0.5, 0.05), (1.0, 0.1), (0.6, 0.5), (0.1, 0.5)])
    water = [smooth([(x, 1.2), (x + 0.4, 1.1), (x + 0.8, 1.2)]) for x in (-1.2, -0.3, 0.6)]
    parts = [neck, beak, front, body, wing, line((-0.9, -1.0))]
    return either_way(parts + water[: int(rng.integers(4))], rng)


@by_hand
def hair_dryer(rng: np.random.Generator) -> Strokes:
    """A hair dryer: a drum, a long nozzle, a grip, a cord, warm air."""
    drum = np.concatenate([[(-0.7, -0.4)], arc(0.4, 0, 0.75, 0.75, -110, 110), [(-0.7, 0.4)]])
    nozzle = closed((-0.7, -0.4), (-1.3, -0.5), (-1.3, 0.5), (-0.7, 0.4))
    lean = rng.uniform(0, 0.25)
    grip = line((0.3, 0.75), (0.3 + lean, 1.6), (0.75 + lean, 1.6), (0.8, 0.6))
    cord = smooth([(0.55 + lean, 1.6), (0.6, 1.95), (1.0, 2.0), (1.4, 1.7)])
    air = [line((-1.6, y), (-2.2, 1.4 * y)) for y in (-0.5, 0, 0.5)]
    return either_way([drum, nozzle, grip, cord, *air, arc(0.45, 0, 0.25)], rng)


@by_hand
def scythe(rng: np.random.Generator) -> Strokes:
    """A scythe: a bent blade with two edges, to the right, on a shaft with two grips."""
    deep, low = rng.uniform(0.3, 0.5), rng.uniform(1.2, 2.2)
    outer = smooth([(-0.5, -1.0), (0.2, -1.3), (0.9, -1.05), (1.4, -0.4)])
    inner = smooth([(1.4, -0.4), (0.8, -1.05 + deep), (0.2, -1.3 + deep), (-0.5, -0.7)])
    grips = [line((-0.55, 0.3), (-0.1, 0.2)), line((-0.6, 0.9), (-0.15, 0.8))]
    return [np.concatenate([outer, inner, outer[:1]]), line((-0.5, -1.2), (-0.65, low)), *grips]


@by_hand
def street_lamp(rng: np.random.Generator) -> Strokes:
    """A lamp post with an arm to the right or two, shades and light."""
    shade = closed((0.55, -1.1), (1.15, -1.1), (1.3, -0.75), (0.4, -0.75))
    arm = smooth([(0, -0.9), (0.1, -1.45), (0.6, -1.6), (0.85, -1.1)])
    light = [line((x, -0.5), (x + 0.4 * (x - 0.85), 0.1)) for x in (0.5, 0.85, 1.2)]
    head = [shade, arm, *light]
    if rng.random() < 0.5:
        head += [part * [-1, 1] for part in head]
    foot = closed((-0.4, 1.6), (0.4, 1.6), (0.25, 1.3), (-0.3, 1.3))
    return [*head, line((-0.06, 1.6), (0, -0.9)), foot]


@by_hand
def tap(rng: np.random.Generator) -> Strokes:
    """A water tap of two lines with a handle, to the left; mostly a drop falls."""
    thick = rng.uniform(0.4, 0.5)
    upper = np.concatenate([[(1.1, -0.5), (-0.3, -0.5)], arc(-0.3, 0.3, 0.8, 0.8, 270, 180)])
    low = 0.8 - thick
    lower = np.concatenate([[(1.1, thick - 0.5)], arc(-0.3, 0.3, low, low, 270, 180)])
    ends = [line((-1.1, 0.3), (-0.3 - low, 0.3)), line((1.1, -0.7), (1.1, thick - 0.3))]
    handle = [line((0.3, -0.5), (0.3, -0.9)), line((-0.15, -0.9), (0.75, -0.9))]
    x = -0.7 - thick / 4
    drop = smooth([(x, 0.6), (x + 0.2, 0.95), (x, 1.15), (x - 0.2, 0.95), (x, 0.6)])
    water = [drop] if rng.random() < 0.7 else []
    return [upper, lower, *ends, *handle, *water]


@by_hand
def signpost(rng: np.random.Generator) -> Strokes:
    """A post with two boards that point to the two sides, some with text."""
    boards: Strokes = []
    for y, way in ((-1.1, 1), (-0.25, -1)):
        far = rng.uniform(0.9, 1.2)
        tip = (far + 0.35, y + 0.3)
        board = [closed((-0.8, y), (far, y), tip, (far, y + 0.6), (-0.8, y + 0.6))]
        text = [line((-0.5, y + 0.3), (far - 0.1, y + 0.3))] if rng.random() < 0.4 else []
        boards += [part * [way, 1] for part in board + text]
    post = [line((x, 0.35), (x, 1.3)) for x in (-0.12, 0.12)]
    cap = line((-0.12, -1.1), (0, -1.35), (0.12, -1.1))
    return either_way([*post, cap, *boards, line((-0.6, 1.3), (0.6, 1.3))], rng)


@by_hand
def currency(rng: np.random.Generator) -> Strokes:
    """The sign of the euro, the yen or the pound; two bars each."""
    kind = int(rng.integers(3))
    gap = rng.uniform(0.14, 0.22)
    if kind == 0:
        reach, mouth, high = rng.uniform(0.2, 0.6), rng.uniform(35, 65), rng.uniform(0.95, 1.4)
        bars = [line((-1.35, y), (reach, y)) for y in (-gap, gap)]
        return [arc(0, 0, 1, high, mouth, 360 - mouth), *bars]
    if kind == 1:
        wide, fork = rng.uniform(0.6, 1.0), rng.uniform(-0.3, 0.1)
        bars = [line((-0.7, y), (0.7, y)) for y in (fork + 0.2, fork + 0.2 + 2 * gap)]
        arms = line((-wide, -1.2), (0, fork), (wide, -1.2))
        return [arms, line((0, fork), (0, 1.2)), *bars]
    top, end = rng.uniform(-1.5, -1.1), rng.uniform(0.5, 0.9)
    stem = smooth(
        [(end, -0.7), (0.4, top), (-0.15, top + 0.2), (-0.1, 0.1), (-0.3, 0.8), (-0.7, 1)]
    )
    y = rng.uniform(-0.4, 0.1)
    bars = [line((-0.65, y), (0.45, y)), line((-0.65, y + 2 * gap), (0.45, y + 2 * gap))]
    return [stem, line((-0.7, 1), (end + 0.1, 1)), *bars]


@by_hand
def plug(rng: np.random.Generator) -> Strokes:
    """A plug with two pins and a cord, lying: upright, it were a 6 or a 9."""
    wide = rng.uniform(0.5, 0.65)
    shell = np.concatenate([[(-wide, -0.4)], arc(0, 0.1, wide, 0.7, 180, 0), [(wide, -0.4)]])
    pins = [line((x, -0.4), (x, -1.1)) for x in (-0.32, 0.32)]
    cord = smooth([(0, 0.8), (0, 1.2), (0.4, 1.5), (0.2, 2.0), (0.7, 2.3)])
    parts = [shell, line((-wide - 0.12, -0.4), (wide + 0.12, -0.4)), *pins, cord]
    return either_way(spun(parts, rng.normal(90, 12)), rng)


@by_hand
def crane(rng: np.random.Generator) -> Strokes:
    """A tower crane: a mast with braces, a jib to the right, ties, a load on its cable."""
    far, hang, x = rng.uniform(1.8, 2.4), rng.uniform(-0.3, 0.3), rng.uniform(1.0, 1.5)
    mast = [line((side, 1.3), (side, -1.0)) for side in (-0.15, 0.15)]
    brace = np.stack([np.tile([-0.15, 0.15], 4), np.linspace(-0.9, 1.2, 8)], 1)
    jib = closed((-1, -1.0), (far, -1.0), (far, -0.8), (-1, -0.8))
    ties = line((-1, -1.0), (0, -1.6), (far, -1.0))
    load = closed(
        (x - 0.25, hang), (x + 0.25, hang), (x + 0.25, hang + 0.4), (x - 0.25, hang + 0.4)
    )
    return [*mast, brace, jib, ties, line((x, -0.8), (x, hang)), load]


@by_hand
def stairs(rng: np.random.Generator) -> Strokes:
    """Three to five steps with the wall below."""
    count, deep = int(rng.integers(3, 6)), rng.uniform(1.1, 1.5)
    corners = [(deep * i, y) for i in range(count) for y in (-i, -i - 1)]
    return either_way([closed(*corners, (deep * count, -count), (deep * count, 0))], rng)


FAMILIES: tuple[Family, ...] = (
    *(dotted, candy_cane, stick_and_ball, swan, hair_dryer, scythe, street_lamp, tap, signpost),
    *(currency, plug, crane, stairs),
)
