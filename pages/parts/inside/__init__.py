"""Parts of the page One equilibrium."""
