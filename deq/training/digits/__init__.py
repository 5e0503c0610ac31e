"""Training the digit network that ships."""
