"""The app for a lecture hall: several server processes behind one HAProxy."""
