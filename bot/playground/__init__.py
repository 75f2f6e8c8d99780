"""A local workspace in the browser: the real app against a stand-in for Slack."""
