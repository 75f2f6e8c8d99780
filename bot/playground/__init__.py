"""A local workspace in the browser: the real bot against a fake Slack."""
