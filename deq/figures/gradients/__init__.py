"""Figures of the page Gradients."""
