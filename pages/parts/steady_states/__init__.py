"""Parts of the page Steady states."""
