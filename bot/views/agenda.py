"""A person's agenda: by day, with clashes, gaps and floors; and what is said when it changes."""

from collections.abc import Sequence

from bot.schedule.agenda import Day, Stop
from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, pickers, times
from bot.views.blocks import actions, button, escape, header, section, sections, shorten
from bot.views.message import Block, Message

GAP_WORTH_TELLING = 20  # minutes
TITLE = 90  # characters of a talk's title in one line
OF_A_CLASH = 40
CLASHES = 3  # named in one line
CHARACTERS = 8_000  # of all lines of one agenda; menus and head need theirs
LISTED = 8  # talks to choose from, in words


def message(
    days: Sequence[Day], conference: Conference, command: str, *, to_take_along: bool = True, note: str = ""
) -> Message:
    """The whole agenda; `to_take_along` offers to send it where it stays, since what only you see vanishes.

    `note` is a sentence to put first, escaped.
    """
    if not days:
        empty = f"Your agenda is empty. Save a talk with its *Save* button, or `{escape(command)} save &lt;words&gt;`."
        return Message(f"{note}\n{empty}".strip())
    listed, left_out = lines(days, conference)
    told = [*listed, f"and {left_out} more"] if left_out else listed
    head = ["Your agenda", *([note] if note else [])]
    blocks = [header("Your agenda"), *([section(note)] if note else []), *sections(told)]
    saved = [stop.talk for day in days for stop in day.stops]
    return Message("\n".join([*head, *told]), (*blocks, actions(_buttons(saved, conference, to_take_along))))


def lines(days: Sequence[Day], conference: Conference, characters: int = CHARACTERS) -> tuple[list[str], int]:
    """Each day's name and its talks in lines, escaped, and how many talks do not fit into so many characters."""
    told: list[str] = []
    fitted = 0
    for day in days:
        for number, stop in enumerate(day.stops):
            name = [f"*{times.day(day.date, conference)}*"] if number == 0 else []
            line = "\n".join([*name, *_stop(stop, conference)])
            characters -= len(line) + 1
            if characters < 0:
                return told, sum(len(one.stops) for one in days) - fitted
            told.append(line)
            fitted += 1
    return told, 0


def saved(
    talk: Talk, clashes: Sequence[Talk], conference: Conference, lead: int | None, command: str, *, fresh: bool
) -> Message:
    """Said to the one who saved, with undo, and what follows from it; a lead of nothing is no reminder."""
    said, undo = ("Saved", "Undo") if fresh else ("On your agenda already", "Take it off")
    clash = f" It clashes with {_names(clashes)}." if clashes else ""
    follows = f"I will write to you {lead} minutes before" if lead else "You get no reminders"
    if talk.cancelled:
        follows = "It is cancelled: I will write to you if it is back on" if lead else "It is cancelled"
    text = f"{said}: {_named(talk, conference)}.{clash} {follows}; change that with `{escape(command)} settings`."
    return Message(text, (section(text, button(undo, ids.UNSAVE_INSTEAD, talk.id)),))


def removed(talk: Talk, conference: Conference) -> Message:
    """Said to the one who took a talk off, with undo."""
    text = f"No longer on your agenda: {_named(talk, conference)}."
    return Message(text, (section(text, button("Undo", ids.SAVE_INSTEAD, talk.id)),))


def which_to_save(talks: Sequence[Talk], conference: Conference) -> Message:
    """Several talks fit the words: ask, never guess."""
    return _which("Which one shall I save?", "Save…", ids.SAVE_CHOSEN_INSTEAD, talks, conference)


def which_to_remove(talks: Sequence[Talk], conference: Conference) -> Message:
    """Several saved talks fit the words."""
    return _which("Which one shall I take off your agenda?", "Remove…", ids.UNSAVE_CHOSEN, talks, conference)


def none_found(words: str, closest: Sequence[Talk], conference: Conference) -> Message:
    """No talk fits; what comes closest is offered only as such."""
    text = f"No talk on *{escape(shorten(words, 120))}* among those I know."
    if not closest:
        return Message(text)
    return _which(f"{text} Closest, not the same:", "Save…", ids.SAVE_CHOSEN_INSTEAD, closest, conference)


def sent_along() -> Message:
    return Message("Done: your agenda is in our direct messages, where it stays. It shows what is saved now.")


def _which(question: str, label: str, action: str, talks: Sequence[Talk], conference: Conference) -> Message:
    told = [f"• {_named(talk, conference)}" for talk in talks[:LISTED]]
    if len(talks) > LISTED:
        told.append(f"and {len(talks) - LISTED} more")
    text = "\n".join([question, *told])
    return Message(text, (section(text), actions([menus.talk_menu(label, action, talks, conference)])))


def _named(talk: Talk, conference: Conference) -> str:
    """`*Complex Event Flows*, Tue 5 March 10:35`."""
    when = f"{times.day(talk.start, conference)} {times.at(talk.start, conference)}"
    return f"*{escape(shorten(talk.title, TITLE))}*, {when}"


def _names(talks: Sequence[Talk]) -> str:
    shown = ", ".join(f"_{escape(shorten(talk.title, OF_A_CLASH))}_" for talk in talks[:CLASHES])
    return shown if len(talks) <= CLASHES else f"{shown} and {len(talks) - CLASHES} more"


def _stop(stop: Stop, conference: Conference) -> list[str]:
    """The way here, where that is worth a word, and the talk."""
    talk = stop.talk
    place = f"{escape(shorten(talk.room.place, TITLE))} · " if talk.room else ""
    clash = f"\n    clashes with {_names(stop.clashes)}" if stop.clashes else ""
    free = round(stop.free_before.total_seconds() / 60)
    way = [f"{times.length(stop.free_before)} free"] if free >= GAP_WORTH_TELLING else []
    way += ["another floor"] if stop.other_floor else []
    told = [f"    _{', then '.join(way)}_"] if way else []
    off = "Cancelled · " if talk.cancelled else ""
    return [*told, f"{off}{times.span(talk, conference)} · {place}{escape(shorten(talk.title, TITLE))}{clash}"]


def _buttons(saved: Sequence[Talk], conference: Conference, to_take_along: bool) -> list[Block]:
    removal = menus.talk_menu("Remove…", ids.UNSAVE_CHOSEN, saved, conference)
    find = pickers.picker("Find and save a talk…", ids.SAVE_FOUND)
    taken = [button("Send it to my direct messages", ids.SEND_AGENDA)] if to_take_along else []
    return [removal, find, *taken, button("Share…", ids.SHARE_AGENDA), button("Settings", ids.SETTINGS)]
