"""What is on: the schedule, and everything that can be told from it alone."""
