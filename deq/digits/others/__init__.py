"""Drawings that are not digits."""
