"""Rehearse a whole conference with the real bot, a fake Slack and a clock that is put forward."""
