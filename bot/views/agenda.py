"""A person's agenda: by day, with clashes, gaps and floors; and what is said when it changes."""

from collections.abc import Sequence

from bot.schedule.agenda import AgendaDay, AgendaEntry
from bot.schedule.model import Conference, Talk
from bot.views import ids, menus, pickers, times
from bot.views.blocks import actions, button, escape, header, section, sections, shorten
from bot.views.message import Block, Message

MIN_GAP = 20  # minutes
AGENDA_TITLE_CHARACTERS = 90  # characters of a talk's title in one line
CLASH_TITLE_CHARACTERS = 40
MAX_CLASHES = 3  # named in one line
AGENDA_CHARACTERS = 8_000  # of all lines of one agenda; menus and head need theirs
MAX_OPTIONS = 8  # talks to choose from, in words


def agenda_message(
    days: Sequence[AgendaDay], conference: Conference, command: str, *, offer_sending: bool = True, note: str = ""
) -> Message:
    """The whole agenda; `offer_sending` offers to send it where it stays, since what only you see vanishes.

    `note` is a sentence to put first, escaped.
    """
    if not days:
        empty = f"Your agenda is empty. Save a talk with its *Save* button, or `{escape(command)} save &lt;words&gt;`."
        return Message(f"{note}\n{empty}".strip())
    listed, left_out = agenda_lines(days, conference)
    told = [*listed, f"and {left_out} more"] if left_out else listed
    head = ["Your agenda", *([note] if note else [])]
    blocks = [header("Your agenda"), *([section(note)] if note else []), *sections(told)]
    saved = [stop.talk for day in days for stop in day.entries]
    return Message("\n".join([*head, *told]), (*blocks, actions(_buttons(saved, conference, offer_sending))))


def agenda_lines(
    days: Sequence[AgendaDay], conference: Conference, characters: int = AGENDA_CHARACTERS
) -> tuple[list[str], int]:
    """Each day's name and its talks in lines, escaped, and how many talks do not fit into so many characters."""
    told: list[str] = []
    fitted = 0
    for day in days:
        for number, stop in enumerate(day.entries):
            name = [f"*{times.day_name(day.date, conference)}*"] if number == 0 else []
            line = "\n".join([*name, *_stop_line(stop, conference)])
            characters -= len(line) + 1
            if characters < 0:
                return told, sum(len(one.entries) for one in days) - fitted
            told.append(line)
            fitted += 1
    return told, 0


def saved_message(
    talk: Talk, clashes: Sequence[Talk], conference: Conference, lead: int | None, command: str, *, fresh: bool
) -> Message:
    """Said to the one who saved, with undo, and what follows from it; a lead of nothing is no reminder."""
    said, undo = ("Saved", "Undo") if fresh else ("On your agenda already", "Take it off")
    clash = f" It clashes with {_quoted_titles(clashes)}." if clashes else ""
    follows = f"I will write to you {lead} minutes before" if lead else "You get no reminders"
    if talk.cancelled:
        follows = "It is cancelled: I will write to you if it is back on" if lead else "It is cancelled"
    text = (
        f"{said}: {_talk_with_time(talk, conference)}.{clash} {follows}; change that with `{escape(command)} settings`."
    )
    return Message(text, (section(text, button(undo, ids.UNSAVE_REPLACE, talk.id)),))


def removed_message(talk: Talk, conference: Conference) -> Message:
    """Said to the one who took a talk off, with undo."""
    text = f"No longer on your agenda: {_talk_with_time(talk, conference)}."
    return Message(text, (section(text, button("Undo", ids.SAVE_REPLACE, talk.id)),))


def choose_to_save(talks: Sequence[Talk], conference: Conference) -> Message:
    """Several talks fit the words: ask, never guess."""
    return _choose_talk("Which one shall I save?", "Save…", ids.SAVE_CHOSEN_REPLACE, talks, conference)


def choose_to_remove(talks: Sequence[Talk], conference: Conference) -> Message:
    """Several saved talks fit the words."""
    return _choose_talk("Which one shall I take off your agenda?", "Remove…", ids.UNSAVE_CHOSEN, talks, conference)


def no_match_message(words: str, closest: Sequence[Talk], conference: Conference) -> Message:
    """No talk fits; what comes closest is offered only as such."""
    text = f"No talk on *{escape(shorten(words, 120))}* among those I know."
    if not closest:
        return Message(text)
    return _choose_talk(f"{text} Closest, not the same:", "Save…", ids.SAVE_CHOSEN_REPLACE, closest, conference)


def agenda_sent_message() -> Message:
    return Message("Done: your agenda is in our direct messages, where it stays. It shows what is saved now.")


def _choose_talk(question: str, label: str, action: str, talks: Sequence[Talk], conference: Conference) -> Message:
    told = [f"• {_talk_with_time(talk, conference)}" for talk in talks[:MAX_OPTIONS]]
    if len(talks) > MAX_OPTIONS:
        told.append(f"and {len(talks) - MAX_OPTIONS} more")
    text = "\n".join([question, *told])
    return Message(text, (section(text), actions([menus.talk_menu(label, action, talks, conference)])))


def _talk_with_time(talk: Talk, conference: Conference) -> str:
    """`*Complex Event Flows*, Tue 5 March 10:35`."""
    when = f"{times.day_name(talk.start, conference)} {times.clock_time(talk.start, conference)}"
    return f"*{escape(shorten(talk.title, AGENDA_TITLE_CHARACTERS))}*, {when}"


def _quoted_titles(talks: Sequence[Talk]) -> str:
    shown = ", ".join(f"_{escape(shorten(talk.title, CLASH_TITLE_CHARACTERS))}_" for talk in talks[:MAX_CLASHES])
    return shown if len(talks) <= MAX_CLASHES else f"{shown} and {len(talks) - MAX_CLASHES} more"


def _stop_line(stop: AgendaEntry, conference: Conference) -> list[str]:
    """The way here, where that is worth a word, and the talk."""
    talk = stop.talk
    place = f"{escape(shorten(talk.room.place, AGENDA_TITLE_CHARACTERS))} · " if talk.room else ""
    clash = f"\n    clashes with {_quoted_titles(stop.clashes)}" if stop.clashes else ""
    free = round(stop.free_before.total_seconds() / 60)
    way = [f"{times.duration_text(stop.free_before)} free"] if free >= MIN_GAP else []
    way += ["another floor"] if stop.other_floor else []
    told = [f"    _{', then '.join(way)}_"] if way else []
    off = "Cancelled · " if talk.cancelled else ""
    return [
        *told,
        f"{off}{times.time_span(talk, conference)} · {place}{escape(shorten(talk.title, AGENDA_TITLE_CHARACTERS))}{clash}",
    ]


def _buttons(saved: Sequence[Talk], conference: Conference, offer_sending: bool) -> list[Block]:
    removal = menus.talk_menu("Remove…", ids.UNSAVE_CHOSEN, saved, conference)
    find = pickers.external_menu("Find and save a talk…", ids.SAVE_FOUND)
    taken = [button("Send it to my direct messages", ids.SEND_AGENDA)] if offer_sending else []
    return [removal, find, *taken, button("Share…", ids.SHARE_AGENDA), button("Settings", ids.SETTINGS)]
