"""The only place that puts the parts together; plain constructor calls."""
