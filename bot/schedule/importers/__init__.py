"""Importers for the formats in which conferences publish their schedules, one module for each source."""
