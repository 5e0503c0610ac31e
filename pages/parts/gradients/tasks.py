"""What the page Gradients is about, what it lets people try, and where to read on."""

from __future__ import annotations

from pages.parts.shared.tasks import Try

IDEA = (
    "A layer that returns z\\* = f(z\\*, x) can be differentiated in three ways. **Implicit**: one "
    "linear solve at z\\*, as if nobody knew how it was found. **Unrolled**: back through all k "
    "steps that led there, all of them stored. **Phantom**: back through k steps that begin at "
    "z\\*. Here each gets the same depth k, on the same layer."
)
TRY = (
    Try("A strong contraction", {"gain": 0.5}, "Ten steps are enough for everybody."),
    Try("The default", {}, "A gain of 0.9: fifty steps for three digits."),
    Try("Hardly a contraction", {"gain": 0.98}, "Two hundred steps, and still far away."),
    Try("None at all", {"gain": 1.2}, "There is no equilibrium to differentiate. It says so."),
    Try("A wide layer", {"width": 256}, "What do the curves of memory do? And those of time?"),
)
READ = """
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019): the implicit gradient, and why its memory
  is flat.
* Geng, Zhang, Bai, Wang, Lin: *On training implicit models* (2021): phantom gradients.
* Fung, Heaton, Li, McKenzie, Osher, Yin: *JFB: Jacobian-free backpropagation* (2022): one step.
* Werbos: *Backpropagation through time* (1990): unrolling.
"""
