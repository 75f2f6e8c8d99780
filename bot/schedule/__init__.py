"""The schedule as data: model, queries, file format, importers, differences, overrides, validation."""
