"""The conference in figures: collected, drawn as a page, exported."""
