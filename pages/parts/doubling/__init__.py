"""Parts of the page Learn y = 2x."""
