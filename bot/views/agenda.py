"""A person's agenda: by day, with clashes, gaps and floors; and what is said when it changes."""

from collections.abc import Sequence

from bot.schedule.agenda import Day, Stop
from bot.schedule.model import Conference, Talk
from bot.views import ids, times
from bot.views.blocks import OPTIONS, actions, button, escape, header, option, paragraphs, plain, section
from bot.views.message import Block, Message

DAYS = 14  # of one agenda in one message; a conference is shorter
GAP_WORTH_TELLING = 20  # minutes


def message(days: Sequence[Day], conference: Conference, command: str, *, to_take_along: bool = True) -> Message:
    """The whole agenda; `to_take_along` offers to send it where it stays, since what only you see vanishes."""
    if not days:
        text = f"Your agenda is empty. Save a talk with its *Save* button, or `{escape(command)} save <words>`."
        return Message(text.replace("<words>", "&lt;words&gt;"))
    told = [(times.day(day.date, conference), _lines(day, conference)) for day in days[:DAYS]]
    text = "\n".join(["*Your agenda*", *(f"*{name}*\n{lines}" for name, lines in told)])
    blocks: list[Block] = [header("Your agenda")]
    for name, lines in told:
        blocks += [section(piece) for piece in paragraphs(f"*{name}*\n{lines}")]
    saved = [stop.talk for day in days for stop in day.stops]
    return Message(text, (*blocks, actions(_buttons(saved, conference, to_take_along))))


def saved(talk: Talk, conference: Conference, lead: int | None, command: str) -> Message:
    """Said to the one who saved, with undo, and what follows from it; a lead of nothing is no reminder."""
    when = f"{times.day(talk.start, conference)} {times.at(talk.start, conference)}"
    follows = f"I will write to you {lead} minutes before" if lead else "You get no reminders"
    text = f"Saved: *{escape(talk.title)}*, {when}. {follows}; change that with `{escape(command)} settings`."
    return Message(text, (section(text, button("Undo", ids.UNSAVE, talk.id)),))


def removed(talk: Talk) -> Message:
    text = f"No longer on your agenda: *{escape(talk.title)}*."
    return Message(text, (section(text, button("Undo", ids.SAVE, talk.id)),))


def which_one(talks: Sequence[Talk], conference: Conference) -> Message:
    """Several fit the words: ask, never guess."""
    text = "Which one shall I save?"
    blocks = [
        section(
            f"{times.day(talk.start, conference)} {times.at(talk.start, conference)} · {escape(talk.title)}",
            button("Save", ids.SAVE, talk.id),
        )
        for talk in talks[:8]
    ]
    lines = [f"• {escape(talk.title)}" for talk in talks[:8]]
    return Message("\n".join([text, *lines]), (section(text), *blocks))


def _lines(day: Day, conference: Conference) -> str:
    return "\n".join(line for stop in day.stops for line in _stop(stop, conference))


def _stop(stop: Stop, conference: Conference) -> list[str]:
    talk = stop.talk
    place = f"{escape(talk.room.place)} · " if talk.room else ""
    clash = (
        f"\n    clashes with {', '.join(f'_{escape(other.title)}_' for other in stop.clashes)}" if stop.clashes else ""
    )
    line = f"{times.span(talk, conference)} · {place}{escape(talk.title)}{clash}"
    free = round(stop.free_before.total_seconds() / 60)
    between = [f"{times.length(stop.free_before)} free"] if free >= GAP_WORTH_TELLING else []
    stairs = ["another floor"] if stop.other_floor else []
    return [*([f"    _{', then '.join(between + stairs)}_"] if between or stairs else []), line]


def _buttons(saved: Sequence[Talk], conference: Conference, to_take_along: bool) -> list[Block]:
    removal: Block = {
        "type": "static_select",
        "action_id": ids.UNSAVE_CHOSEN,
        "placeholder": plain("Remove…", 150),
        "options": [option(f"{times.at(talk.start, conference)} {talk.title}", talk.id) for talk in saved[:OPTIONS]],
    }
    taken = [button("Send it to my direct messages", ids.SEND_AGENDA)] if to_take_along else []
    return [removal, *taken, button("Settings", ids.SETTINGS)]
