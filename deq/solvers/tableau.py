"""Explicit Runge–Kutta methods by name: their Butcher tableaus, in the variants of torchdiffeq."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Tableau:
    """An explicit Runge–Kutta method of s stages for an autonomous field k(y).

    ``k_i = k(y + dt Σ_j a_ij k_j)``, the step ends in ``y + dt Σ_j b_j k_j``, and the error of that
    is about ``dt Σ_j e_j k_j``.

    Attributes
    ----------
    coefficients : Tensor, shape (s + 2, s), float64, on the CPU
        The rows a_0 (empty), …, a_{s−1}, then b, then e; zero where nothing stands.
    stages : int
        s.
    order : int
        Of the step-size rule.
    free : bool
        Whether the last stage stands at the end of the step, so that it is the first of the next
        one and shows the residual there for nothing ("first same as last").
    """

    coefficients: Tensor
    stages: int
    order: int
    free: bool


Row = list[float]

# With an adaptive step, in the order in which people should try them: the order of the step-size
# rule, the rows a_1, a_2, …, the weights b, and the weights of an embedded method: e = b − those.
_ADAPTIVE: dict[str, tuple[int, list[Row], Row, Row]] = {
    "dopri5": (  # Dormand & Prince, 1980, with the embedded weights of Shampine, 1986
        5,
        [
            [1 / 5],
            [3 / 40, 9 / 40],
            [44 / 45, -56 / 15, 32 / 9],
            [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
            [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
            [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
        ],
        [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84, 0],
        [1951 / 21600, 0, 22642 / 50085, 451 / 720, -12231 / 42400, 649 / 6300, 1 / 60],
    ),
    "dopri8": (  # Prince & Dormand, 1981
        8,
        [
            [1 / 18],
            [1 / 48, 1 / 16],
            [1 / 32, 0, 3 / 32],
            [5 / 16, 0, -75 / 64, 75 / 64],
            [3 / 80, 0, 0, 3 / 16, 3 / 20],
            [29443841 / 614563906, 0, 0, 77736538 / 692538347, -28693883 / 1125000000,
             23124283 / 1800000000],
            [16016141 / 946692911, 0, 0, 61564180 / 158732637, 22789713 / 633445777,
             545815736 / 2771057229, -180193667 / 1043307555],
            [39632708 / 573591083, 0, 0, -433636366 / 683701615, -421739975 / 2616292301,
             100302831 / 723423059, 790204164 / 839813087, 800635310 / 3783071287],
            [246121993 / 1340847787, 0, 0, -37695042795 / 15268766246, -309121744 / 1061227803,
             -12992083 / 490766935, 6005943493 / 2108947869, 393006217 / 1396673457,
             123872331 / 1001029789],
            [-1028468189 / 846180014, 0, 0, 8478235783 / 508512852, 1311729495 / 1432422823,
             -10304129995 / 1701304382, -48777925059 / 3047939560, 15336726248 / 1032824649,
             -45442868181 / 3398467696, 3065993473 / 597172653],
            [185892177 / 718116043, 0, 0, -3185094517 / 667107341, -477755414 / 1098053517,
             -703635378 / 230739211, 5731566787 / 1027545527, 5232866602 / 850066563,
             -4093664535 / 808688257, 3962137247 / 1805957418, 65686358 / 487910083],
            [403863854 / 491063109, 0, 0, -5068492393 / 434740067, -411421997 / 543043805,
             652783627 / 914296604, 11173962825 / 925320556, -13158990841 / 6184727034,
             3936647629 / 1978049680, -160528059 / 685178525, 248638103 / 1413531060, 0],
            [14005451 / 335480064, 0, 0, 0, 0, -59238493 / 1068277825, 181606767 / 758867731,
             561292985 / 797845732, -1041891430 / 1371343529, 760417239 / 1151165299,
             118820643 / 751138087, -528747749 / 2220607170, 1 / 4],
        ],
        [14005451 / 335480064, 0, 0, 0, 0, -59238493 / 1068277825, 181606767 / 758867731,
         561292985 / 797845732, -1041891430 / 1371343529, 760417239 / 1151165299,
         118820643 / 751138087, -528747749 / 2220607170, 1 / 4, 0],
        [13451932 / 455176623, 0, 0, 0, 0, -808719846 / 976000145, 1757004468 / 5645159321,
         656045339 / 265891186, -3867574721 / 1518517206, 465885868 / 322736535,
         53011238 / 667516719, 2 / 45, 0, 0],
    ),
    "bosh3": (  # Bogacki & Shampine, 1989
        3,
        [[1 / 2], [0, 3 / 4], [2 / 9, 1 / 3, 4 / 9]],
        [2 / 9, 1 / 3, 4 / 9, 0],
        [7 / 24, 1 / 4, 1 / 3, 1 / 8],
    ),
    "adaptive_heun": (2, [[1]], [1 / 2, 1 / 2], [0, 1]),
    "fehlberg2": (2, [[1 / 2], [1 / 256, 255 / 256]], [1 / 512, 255 / 256, 1 / 512],
                  [1 / 256, 255 / 256, 0]),  # Fehlberg, 1969
}  # fmt: skip

# With a fixed step: the rows a_1, a_2, … and the weights b. This rk4 is the 3/8 rule.
_FIXED: dict[str, tuple[list[Row], Row]] = {
    "euler": ([], [1]),
    "midpoint": ([[1 / 2]], [0, 1]),
    "heun2": ([[1]], [1 / 2, 1 / 2]),
    "heun3": ([[1 / 3], [0, 2 / 3]], [1 / 4, 0, 3 / 4]),
    "rk4": ([[1 / 3], [-1 / 3, 1], [1, -1, 1]], [1 / 8, 3 / 8, 3 / 8, 1 / 8]),
}
ADAPTIVE, FIXED = tuple(_ADAPTIVE), tuple(_FIXED)


@cache
def tableau(method: str) -> Tableau:
    """Return the method called `method`, one of `ADAPTIVE` or `FIXED`."""
    if method in _FIXED:
        order, (rows, weights) = 1, _FIXED[method]
        embedded = weights
    else:
        order, rows, weights, embedded = _ADAPTIVE[method]
    stages = len(weights)
    padded = [[*row, *[0.0] * (stages - len(row))] for row in [[], *rows]]
    error = [b - other for b, other in zip(weights, embedded, strict=True)]
    return Tableau(
        # Kept for later callers, so not on what happens to be the default device.
        coefficients=torch.tensor([*padded, weights, error], dtype=torch.float64, device="cpu"),
        stages=stages,
        order=order,
        free=stages > 1 and padded[-1] == weights,
    )
