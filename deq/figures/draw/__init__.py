"""Figures of the page Draw a digit."""
