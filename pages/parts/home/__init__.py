"""Parts of the page The idea."""
