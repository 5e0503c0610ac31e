"""What all pages look like: heads, charts, pictures, themes, large type, downloads."""
