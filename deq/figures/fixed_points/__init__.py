"""Figures of the page Fixed points."""
