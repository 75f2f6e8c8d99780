"""Calendar files and private calendar feeds."""
