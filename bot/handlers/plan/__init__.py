"""Name interests, plan a day, and find similar talks."""
