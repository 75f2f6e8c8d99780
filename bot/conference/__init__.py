"""The running conference: which schedule and index are served now."""
