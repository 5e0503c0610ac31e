"""The sentences of the first page."""

LAYERS = {
    "heading": "1 · Stack the same layer without end",
    "alt": "The state after each layer swings ever closer to 0.739.",
    "caption": "Here the layer is the cosine key of a calculator, f(z) = cos z, and its **state** "
    "z one number. **Look for** the depth from which on one more layer changes nothing.",
}
FIXED_POINT = {
    "heading": "2 · What remains is a fixed point, z\\* = f(z\\*)",
    "alt": "A cobweb between the cosine and the diagonal winds into their crossing.",
    "caption": "The layers need not be built: it is enough to find the state that a layer leaves "
    "as it is, its **equilibrium** z\\*. **Look for** the web that winds into the crossing: up or "
    "down to the curve is a layer.",
}
FLOW = {
    "heading": "3 · It is where an ODE stands still, dz/dt = f(z) − z",
    "alt": "The ODE glides to 0.739 where the iteration swings about it.",
    "caption": "Go a little towards f(z) instead of jumping there, and the number of layers "
    "becomes the **solver time** t of the ODE. **Look for** the curve that arrives without "
    "overshooting.",
}
DIGIT = "4 · Now let z be {size:,} numbers, and let x be a drawing"
DIGIT_IDEA = (
    "Each drawing x has an equilibrium of its own, and a linear readout names its digit. That is a "
    "*deep equilibrium model*."
)
DIGIT_SHOWS = (
    "**Look for** where the path ends: each colour is the region in which the equilibria of one "
    "digit lie. The axes are two **canonical variates** of the state: the directions in which "
    "the ten digits differ most, measured by how much one digit varies."
)
