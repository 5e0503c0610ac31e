"""Training of the digit network that ships."""
