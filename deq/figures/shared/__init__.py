"""What the figures of several pages use."""
