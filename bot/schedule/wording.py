"""Small pieces of English that texts everywhere share."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 talk`, `1,203 talks`, `2 people`."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
