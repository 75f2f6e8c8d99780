"""Votes and comments on talks, and their results."""
