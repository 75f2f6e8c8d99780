"""Finding: from words to talks, with a confidence that can say "nothing"."""
