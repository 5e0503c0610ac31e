"""Figures of the page Inside one."""
