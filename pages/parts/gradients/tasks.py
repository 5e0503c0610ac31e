"""What the page Gradients is about, what it lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

IDEA = (
    "A layer that returns the equilibrium z\\* = f(z\\*, x) can be differentiated in three ways. "
    "**Implicit**: one linear system at z\\*, solved in k steps; the way to z\\* plays no part. "
    "**Unrolled**: back through all k steps that led to z\\*, all of them stored. **Phantom**: "
    "back through k steps that begin at z\\*; with one step it is called **JFB**, Jacobian-free "
    "backpropagation."
)
TRY = (
    Try(
        "A strong contraction",
        {"gain": 0.5},
        "γ = 0.5. At which depth k do the three errors fall below 1 %, the dotted line (first "
        "panel)? Which line never does?",
    ),
    Try(
        "A gain of 0.9",
        {},
        "γ = 0.9. At which depth k are the three errors below 1 % now? What does the memory do "
        "until there (second panel)?",
    ),
    Try(
        "Hardly a contraction",
        {"gain": 0.98},
        "γ = 0.98. At which depth k are all three errors below 1 % now?",
    ),
    Try(
        "Not a contraction",
        {"gain": 1.2},
        "γ = 1.2. The solver has 2,000 evaluations of f. Does it find an equilibrium at which to "
        "compare gradients?",
    ),
    Try(
        "A wide layer",
        {"width": 256},
        "Four times as many numbers in a state. At k = 50 implicit kept 32 KiB, unrolled 832 KiB. "
        "And now (second panel)?",
    ),
)
READ = """
* Bai, Kolter, Koltun: [*Deep equilibrium models*](https://arxiv.org/abs/1909.01377) (2019): the
  implicit gradient, and why its memory is flat.
* Geng, Zhang, Bai, Wang, Lin: [*On training implicit models*](https://arxiv.org/abs/2111.05177)
  (2021): phantom gradients.
* Fung, Heaton, Li, McKenzie, Osher, Yin:
  [*JFB: Jacobian-free backpropagation*](https://arxiv.org/abs/2103.12803) (2022): one step.
* Werbos: [*Backpropagation through time*](https://doi.org/10.1109/5.58337) (1990): unrolling.
"""
