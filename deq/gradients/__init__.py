"""Gradients through an equilibrium: exact (implicit), approximate (phantom), unrolled."""
