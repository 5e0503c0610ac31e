"""Training runs: registry, queue, workers, and a page's panel of them."""
