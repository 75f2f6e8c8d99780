"""The project's own schedule file: reading, checking and writing it."""
