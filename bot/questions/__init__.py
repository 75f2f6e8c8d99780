"""From what a person typed to an answer; pure from end to end."""
