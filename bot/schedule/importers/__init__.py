"""Schedules as conferences publish them, one module for each format."""
