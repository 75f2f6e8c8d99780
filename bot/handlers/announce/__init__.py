"""Announcements that organisers write, preview, send and stop."""
