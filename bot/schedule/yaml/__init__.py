"""The project's own schedule file: read, check, write."""
