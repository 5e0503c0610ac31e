"""Figures of the page Training lab."""
