"""Figures of the page One equilibrium."""
