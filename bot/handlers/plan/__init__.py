"""Plan a day, and find talks that are like one another."""
