"""Parts of the page Fixed points."""
