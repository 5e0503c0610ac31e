"""Parts of the page Gradients."""
