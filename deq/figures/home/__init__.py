"""Figures of the page The idea."""
