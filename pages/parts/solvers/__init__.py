"""Parts of the page Solver race."""
