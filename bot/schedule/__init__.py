"""The schedule as data: model, file format, importers, differences, overrides, validation."""
