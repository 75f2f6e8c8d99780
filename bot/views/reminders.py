"""What people get unasked before sessions start; it names the time, since it may come a little late and stays."""

from collections.abc import Sequence

from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, talks, times
from bot.views.blocks import actions, button, context, escape, sections, shorten
from bot.views.message import Block, Message

LINES = 8  # sessions told in one message; a button tells the rest
TITLE = 150  # characters; real ones reach 189
NAMES = 3  # speakers in one line
NOTE = 200  # characters


def reminder(talks: Sequence[Talk], conference: Conference, *, personal: bool) -> Message:
    """The sessions that start together, by room, a line each; what is for one person they have saved already."""
    shown = talks[:LINES]
    lines = [told for talk in shown for told in (line(talk, conference), *_aside(talk))]
    blocks: list[Block] = sections(lines)
    rest = len(talks) - len(shown)
    more = [_the_rest(talks, rest, conference)] if rest else []
    if personal:
        blocks.append(actions([*menus.details_of(shown, conference), *more, _how_to_stop()]))
    else:
        blocks.append(actions([*menus.of_talks(shown, conference), *more]))
    last = [f"and {rest} more at {times.at(talks[0].start, conference)}"] if rest else []
    return Message("\n".join(lines + last), tuple(blocks))


def line(talk: Talk, conference: Conference) -> str:
    """`*10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker`, escaped."""
    when = times.at(talk.start, conference)
    where = f"{when} · {escape(talk.room.place)}" if talk.room else when
    parts = [f"*{where}*", escape(shorten(talk.title, TITLE)), escape(_names(talk))]
    return " · ".join(part for part in parts if part)


def rehearsed(message: Message, conversation: str) -> Message:
    """The message as a rehearsal shows it in its one channel: whom it would have gone to, without calling anybody."""
    whom = "a person’s direct message" if conversation[:1] in "UW" else f"<#{conversation}>"
    mark = f"Rehearsal · would go to {whom}"
    return Message(f"{mark}\n{message.text}", (context(mark), *message.blocks))


def _aside(talk: Talk) -> tuple[str, ...]:
    """What else one has to know of it before one goes."""
    full = ("Full: nobody else gets in.",) if talk.full else ()
    return (*full, *talks.note(talk, NOTE))


def _names(talk: Talk) -> str:
    names = [speaker.name for speaker in talk.speakers]
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return ", ".join(names[:NAMES]) + more


def _the_rest(talks: Sequence[Talk], rest: int, conference: Conference) -> dict[str, object]:
    start = talks[0].start
    question = f"what's on {times.day(start, conference)} at {times.at(start, conference)}"
    return button(f"{rest} more at {times.at(start, conference)}", ids.MORE, question)


def _how_to_stop() -> dict[str, object]:
    return button("Change or stop reminders", ids.SETTINGS)
