"""Equilibria z = f(z, p) along a scalar parameter p: a branch, its folds, and its stability."""

from deq.continuation.branch import Branch, BranchStatus
from deq.continuation.follow import continuation

__all__ = ["Branch", "BranchStatus", "continuation"]
