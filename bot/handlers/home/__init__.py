"""App Home, the settings, talks' cards, the talk finder, and the welcome."""
