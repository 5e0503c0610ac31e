"""Parts of the page Inside one."""
