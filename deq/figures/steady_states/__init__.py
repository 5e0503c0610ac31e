"""Figures of the page Steady states."""
