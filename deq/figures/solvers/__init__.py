"""Figures of the page Solver race."""
