"""Organisers run the day: delay, move, cancel, add, undo, pause."""
