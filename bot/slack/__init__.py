"""Posting to Slack and reading back, with typed outcomes."""
