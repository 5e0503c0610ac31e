"""The sentences of the first page."""

LAYERS = {
    "heading": "1 · Stack the same layer without end",
    "alt": "The state after each layer swings ever closer to 0.739.",
    "caption": "Here the layer is the cosine key of a calculator, f(z) = cos z. **Look for** the "
    "depth at which one more layer changes nothing.",
}
FIXED_POINT = {
    "heading": "2 · What remains is a fixed point, z\\* = f(z\\*)",
    "alt": "A cobweb between the cosine and the diagonal winds into their crossing.",
    "caption": "So nobody has to build the layers: find the crossing, by whatever method is best. "
    "**Look for** the web tightening around z\\*.",
}
FLOW = {
    "heading": "3 · It is where an ODE stands still, dz/dt = f(z) − z",
    "alt": "The ODE glides to 0.739 where the iteration swings about it.",
    "caption": "Walk a little towards f(z) instead of jumping there, and depth becomes time. "
    "**Look for** the curve that arrives without overshooting.",
}
DIGIT = "4 · Now let z be {size:,} numbers, and let x be a drawing"
DIGIT_IDEA = (
    "Each drawing x has an equilibrium of its own, and a linear readout names its digit. That is a "
    "*deep equilibrium model*."
)
DIGIT_SHOWS = (
    "**Look for** where the path ends: each colour is the region in which one digit's states come "
    "to rest."
)
