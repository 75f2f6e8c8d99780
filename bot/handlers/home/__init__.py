"""App Home, talk details and the talk finder."""
