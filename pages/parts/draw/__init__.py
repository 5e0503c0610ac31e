"""Parts of the page Draw a digit."""
