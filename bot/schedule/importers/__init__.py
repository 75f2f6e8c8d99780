"""Schedules as conferences publish them: one file per format, bytes -> Schedule."""
