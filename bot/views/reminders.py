"""What people get unasked before sessions start; it names the time, since it may come a little late and stays."""

from collections.abc import Sequence

from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, talks, times
from bot.views.blocks import actions, button, context, escape, sections, shorten
from bot.views.message import Block, Message

MAX_LINES = 8  # sessions told in one message; a button tells the rest
REMINDER_TITLE_CHARACTERS = 150  # characters; real ones reach 189
MAX_NAMES = 3  # speakers in one line
NOTE_CHARACTERS = 200  # characters


def reminder_message(talks: Sequence[Talk], conference: Conference, *, personal: bool) -> Message:
    """The sessions that start together, by room, a line each; what is for one person they have saved already."""
    shown = talks[:MAX_LINES]
    lines = [told for talk in shown for told in (reminder_line(talk, conference), *_remarks(talk))]
    blocks: list[Block] = sections(lines)
    rest = len(talks) - len(shown)
    more = [_more_talks(talks, rest, conference)] if rest else []
    if personal:
        blocks.append(actions([*menus.details_button(shown, conference), *more, _stop_hint()]))
    else:
        blocks.append(actions([*menus.talk_buttons(shown, conference), *more]))
    last = [f"and {rest} more at {times.clock_time(talks[0].start, conference)}"] if rest else []
    return Message("\n".join(lines + last), tuple(blocks))


def reminder_line(talk: Talk, conference: Conference) -> str:
    """`*10:35 · Fleming, 3rd floor* · Complex Event Flows · Bernd Ruecker`, escaped."""
    when = times.clock_time(talk.start, conference)
    where = f"{when} · {escape(talk.room.place)}" if talk.room else when
    parts = [f"*{where}*", escape(shorten(talk.title, REMINDER_TITLE_CHARACTERS)), escape(_speaker_names(talk))]
    return " · ".join(part for part in parts if part)


def rehearsal_message(message: Message, conversation: str) -> Message:
    """The message as a rehearsal shows it in its one channel: whom it would have gone to, without calling anybody."""
    whom = "a person’s direct message" if conversation[:1] in "UW" else f"<#{conversation}>"
    mark = f"Rehearsal · would go to {whom}"
    return Message(f"{mark}\n{message.text}", (context(mark), *message.blocks))


def _remarks(talk: Talk) -> tuple[str, ...]:
    """What else one has to know of it before one goes."""
    full = ("Full: nobody else gets in.",) if talk.full else ()
    return (*full, *talks.organiser_note(talk, NOTE_CHARACTERS))


def _speaker_names(talk: Talk) -> str:
    names = [speaker.name for speaker in talk.speakers]
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(names[:MAX_NAMES]) + more


def _more_talks(talks: Sequence[Talk], rest: int, conference: Conference) -> dict[str, object]:
    start = talks[0].start
    question = f"what's on {times.day_name(start, conference)} at {times.clock_time(start, conference)}"
    return button(f"{rest} more at {times.clock_time(start, conference)}", ids.MORE, question)


def _stop_hint() -> dict[str, object]:
    return button("Change or stop reminders", ids.SETTINGS)
