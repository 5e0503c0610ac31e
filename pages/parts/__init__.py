"""What the pages share and Streamlit needs. Pages import from here; nothing here imports a page."""
