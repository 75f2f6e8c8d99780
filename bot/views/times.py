"""Times as people at the venue read them; every moment that comes in is aware."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule.model import Conference, Talk


def clock_time(moment: datetime, conference: Conference) -> str:
    """`10:35`, on the venue's clock."""
    return f"{conference.local(moment):%H:%M}"


def time_span(talk: Talk, conference: Conference) -> str:
    """`10:35–11:25`, on the venue's clock."""
    return f"{clock_time(talk.start, conference)}–{clock_time(talk.end, conference)}"


def day_name(moment: datetime | date, conference: Conference) -> str:
    """`Tue 5 March`, in the venue's calendar; a plain date is taken as it is."""
    when = conference.day_of(moment) if isinstance(moment, datetime) else moment
    return f"{when:%a} {when.day} {when:%B}"


def reader_time(moment: datetime, conference: Conference, reader: ZoneInfo | None) -> str:
    """What the reader's own clock shows, ` (11:35 for you)`; nothing where it is the venue's, or unknown."""
    if (
        reader is None
        or reader is conference.timezone
        or moment.astimezone(reader).replace(tzinfo=None) == conference.local(moment).replace(tzinfo=None)
    ):
        return ""
    theirs = moment.astimezone(reader)
    other_day = theirs.date() != conference.day_of(moment)
    return f" ({theirs:%a }{theirs:%H:%M} for you)" if other_day else f" ({theirs:%H:%M} for you)"


def duration_text(duration: timedelta) -> str:
    """`50 minutes`, `1 hour 20 minutes`, `2 days`: never more than two units, and never seconds."""
    minutes = max(0, round(duration.total_seconds() / 60))
    if minutes >= 48 * 60:
        return _unit_text(round(minutes / (24 * 60)), "day")
    hours, rest = divmod(minutes, 60)
    parts = [_unit_text(hours, "hour")] if hours else []
    return " ".join(parts + ([_unit_text(rest, "minute")] if rest or not hours else []))


def _unit_text(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
