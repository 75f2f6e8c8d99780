"""Reminders for channels and people, turned on and off."""
