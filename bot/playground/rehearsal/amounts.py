"""Numbers and stretches of time as people read them."""

from datetime import timedelta


def format_duration(stretch: timedelta) -> str:
    """`1 min 40 s`, in whole seconds."""
    minutes, seconds = divmod(int(stretch.total_seconds()), 60)
    return " ".join(part for part in (f"{minutes} min" if minutes else "", f"{seconds} s" if seconds else "") if part)


def format_count(number: int, thing: str, things: str = "") -> str:
    """`1 talk`, `1,203 talks`"""
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
