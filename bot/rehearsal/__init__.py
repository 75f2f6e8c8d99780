"""Rehearse a whole conference against a fake Slack and a virtual clock."""
