"""Parts of the page Training lab."""
