"""What a conference came to: as a page with charts, as tables, as a message to organisers."""
