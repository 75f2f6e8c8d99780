"""Render App Home: the front page, and pages that browse by day, track, room or speaker.

The front page shows the talks of now, the person's agenda, menus to browse, and their settings.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.agenda_rows import agenda_lines
from bot.blockkit.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    header,
    section,
    sections,
    shorten,
)
from bot.blockkit.talk_text import RenderContext
from bot.delivery.models import LEADS
from bot.schedule.models import Schedule, Talk, find_by_short_id
from bot.schedule.queries import AgendaDay


def preferences_message(lead: int | None, digest: bool) -> Message:
    """The settings with a menu to change each; a `lead` of None means no reminders."""
    now = f"{lead} minutes before a saved talk starts" if lead else "never"
    morning = "each conference morning" if digest else "never"
    text = f"*Your settings*\nDirect message: {now}.\nDigest of your day: {morning}."
    lead_menu = inputs.static_menu(
        "Remind me",
        action_ids.CHOOSE_LEAD,
        [(f"{minutes} minutes before", str(minutes)) for minutes in LEADS] + [("Never", "off")],
        str(lead or "off"),
    )
    digest_menu = inputs.static_menu(
        "Digest",
        action_ids.CHOOSE_DIGEST,
        [("Digest each morning", "on"), ("No digest", "off")],
        "on" if digest else "off",
    )
    return Message(text, (section(text), actions([lead_menu, digest_menu])))


BROWSE_KINDS = ("day", "track", "room", "speaker")


@dataclass(frozen=True, slots=True)
class HomePage:
    """A page of App Home: the front page, unless `kind` is given."""

    kind: str = ""  # one of BROWSE_KINDS
    key: str = ""  # the short id of the track, room or speaker, or the day in ISO 8601
    number: int = 0  # of the page, from 0

    def to_json(self) -> str:
        """Write the page for a button's value or a view's private metadata."""
        return json.dumps([self.kind, self.key, self.number])

    @classmethod
    def from_json(cls, stored: str) -> "HomePage":
        """Read what `to_json` wrote; anything else is the front page."""
        try:
            kind, key, number = json.loads(stored)
        except ValueError:
            return cls()
        is_valid = kind in BROWSE_KINDS and isinstance(key, str) and isinstance(number, int)
        return cls(kind, key, number) if is_valid else cls()


def current_page(view: dict[str, Any]) -> HomePage:
    """The page that this view of App Home shows."""
    return HomePage.from_json(str(view.get("private_metadata", "")))


HOME_TALKS_SHOWN = 10  # talks that are on now, and talks that come next

HOME_AGENDA_CHARACTERS = 12_000


@dataclass(frozen=True, slots=True)
class HomeVisitor:
    """The person whose Home it is: the talks that they saved, and their settings."""

    saved: frozenset[str] = frozenset()
    lead: int | None = None  # minutes before a talk; None when they are not reminded
    digest: bool = False


def front_page(
    ctx: RenderContext,
    running: Sequence[Talk],
    upcoming: Sequence[Talk],
    days: Sequence[AgendaDay],
    visitor: HomeVisitor,
) -> dict[str, Any]:
    """The front page with the talks that run, the talks that come next, and the days of the person's agenda."""
    blocks = [
        header(ctx.schedule.conference.name),
        updated_at(ctx),
        *_now_and_next(ctx, running, upcoming, visitor),
        divider(),
        *_agenda_blocks(ctx.schedule, days),
        divider(),
        *_browse_menus(ctx.schedule),
        divider(),
        *preferences_message(visitor.lead, visitor.digest).blocks,
    ]
    return home_view(blocks, HomePage())


def home_view(blocks: Sequence[Block], page: HomePage) -> dict[str, Any]:
    return {"type": "home", "private_metadata": page.to_json(), "blocks": list(blocks)}


def updated_at(ctx: RenderContext) -> Block:
    """The time of rendering, since a Home is not updated by itself."""
    conference = ctx.schedule.conference
    zone = conference.timezone.key.split("/")[-1].replace("_", " ")
    today = talk_text.day_name(ctx.now, conference)
    return context(f"As of {talk_text.clock_time(ctx.now, conference)} on {today}, {escape(zone)} time")


def talk_list(talks: Sequence[Talk], ctx: RenderContext, visitor: HomeVisitor) -> list[Block]:
    """A line for each talk, marked where the visitor saved it, and the menus for all of them."""
    conference = ctx.schedule.conference
    dated = len({ctx.schedule.day_of(talk.start) for talk in talks}) > 1
    lines = [_talk_line(talk, ctx, visitor, dated=dated) for talk in talks]
    unsaved = [talk for talk in talks if talk.id not in visitor.saved]
    rows = [*inputs.details_button(talks, conference), *inputs.save_button(unsaved, conference)]
    return [*sections(lines), *([actions(rows)] if rows else [])]


def sort_saved_first(talks: Sequence[Talk], saved: Collection[str]) -> list[Talk]:
    """Sort the saved talks first, and keep the order otherwise."""
    return sorted(talks, key=lambda talk: talk.id not in saved)


def _talk_line(talk: Talk, ctx: RenderContext, visitor: HomeVisitor, *, dated: bool) -> str:
    saved = "*Saved*" if talk.id in visitor.saved else ""
    return talk_text.join_parts(
        saved,
        talk_text.talk_line(talk, *ctx, dated=dated),
        talk_text.running_state(talk, ctx.schedule, ctx.now),
    )


def _now_and_next(
    ctx: RenderContext, running: Sequence[Talk], upcoming: Sequence[Talk], visitor: HomeVisitor
) -> list[Block]:
    blocks: list[Block] = []
    coming = talk_text.relative_day_in_sentence(upcoming[0].start, *ctx) if upcoming else ""
    for name, talks in (("On now", running), (f"Next, {coming}", upcoming)):
        if talks:
            shown = sort_saved_first(talks, visitor.saved)[:HOME_TALKS_SHOWN]
            more = f", {HOME_TALKS_SHOWN} of {len(talks)}" if len(talks) > HOME_TALKS_SHOWN else ""
            blocks += [section(f"*{name}*{more}"), *talk_list(shown, ctx, visitor)]
    return blocks or [section("Nothing is on, and nothing comes any more.")]


def _agenda_blocks(schedule: Schedule, days: Sequence[AgendaDay]) -> list[Block]:
    saved = [entry.talk for day in days for entry in day.entries]
    find = inputs.external_menu("Find and save a talk…", action_ids.SAVE_FOUND)
    if not saved:
        return [section("*My agenda*\nNothing saved yet: *Save* stands beside every talk."), actions([find])]
    lines, left_out = agenda_lines(days, schedule.conference, HOME_AGENDA_CHARACTERS)
    more = [f"and {left_out} more"] if left_out else []
    conference = schedule.conference
    menus = [
        *inputs.details_button(saved, conference),
        inputs.talk_menu("Remove…", action_ids.UNSAVE_CHOSEN, saved, conference),
        find,
        button("Share…", action_ids.SHARE_AGENDA),
        button("Calendar", action_ids.CALENDAR),
    ]
    return [section("*My agenda*"), *sections([*lines, *more]), actions(menus)]


def _browse_menus(schedule: Schedule) -> list[Block]:
    """Menus by day, track, room and speaker, as far as the schedule has them."""
    conference = schedule.conference
    days = [(talk_text.day_name(day, conference), day.isoformat()) for day in conference.days]
    menus = [inputs.static_menu("By day…", action_ids.browse_action("day"), days[:100])]
    menus += [inputs.external_menu("By track…", action_ids.browse_action("track"))] if schedule.tracks else []
    menus += [inputs.external_menu("By room…", action_ids.browse_action("room"))] if schedule.rooms else []
    menus += [inputs.external_menu("By speaker…", action_ids.browse_action("speaker"))] if schedule.speakers else []
    return [section("*Browse*"), actions(menus)]


PAGE_SIZE = 20  # talks; a menu holds 25

PAGE_TEXT_CHARACTERS = 1_000  # characters of a track's description or a speaker's bio


def browse_page(home_page: HomePage, ctx: RenderContext, visitor: HomeVisitor) -> dict[str, Any] | None:
    """The Home view of this page; None where the schedule no longer has its day, track, room or speaker."""
    content = _PAGE_OF_KIND[home_page.kind](home_page.key, ctx.schedule)
    if content is None:
        return None
    title, about, talks = content
    last = max(0, (len(talks) - 1) // PAGE_SIZE)
    number = min(max(home_page.number, 0), last)
    shown = talks[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
    blocks: list[Block] = [
        header(title),
        updated_at(ctx),
        *([section(about)] if about else []),
        *talk_list(shown, ctx, visitor),
        divider(),
        context(_range_text(number * PAGE_SIZE, len(shown), len(talks))),
        actions(_page_buttons(home_page, number, last)),
    ]
    return home_view(blocks, HomePage(home_page.kind, home_page.key, number))


def _range_text(before: int, shown: int, total: int) -> str:
    if not total:
        return "No talks here."
    return f"Talks {before + 1} to {before + shown} of {total}"


def _page_buttons(page: HomePage, number: int, last: int) -> list[Block]:
    targets = [("Previous", number - 1)] if number else []
    targets += [("Next", number + 1)] if number < last else []
    buttons = [
        button(
            label, action_ids.numbered(action_ids.HOME_PAGE, position), HomePage(page.kind, page.key, target).to_json()
        )
        for position, (label, target) in enumerate(targets, 1)
    ]
    return [*buttons, button("Back to Home", action_ids.numbered(action_ids.HOME_PAGE, 0), HomePage().to_json())]


BrowsePage = tuple[str, str, Sequence[Talk]]  # a title, an escaped description, the talks


def _day_page(key: str, schedule: Schedule) -> BrowsePage | None:
    day = next((day for day in schedule.conference.days if day.isoformat() == key), None)
    return (_day_name(day, schedule), "", schedule.talks_during(day)) if day else None


def _day_name(day: date, schedule: Schedule) -> str:
    return f"{talk_text.day_name(day, schedule.conference)} {day.year}"


def _track_page(key: str, schedule: Schedule) -> BrowsePage | None:
    track = find_by_short_id(key, schedule.track_by_id)
    if track is None:
        return None
    hosts = f"Hosted by {talk_text.speaker_names(track.host)}" if track.host else ""
    about = "\n".join(filter(None, (hosts, escape(shorten(track.description, PAGE_TEXT_CHARACTERS)))))
    return track.title, about, [talk for talk in schedule.talks if talk.track == track]


def _room_page(key: str, schedule: Schedule) -> BrowsePage | None:
    room = find_by_short_id(key, schedule.room_by_id)
    return (room.place, "", [talk for talk in schedule.talks if talk.room == room]) if room else None


def _speaker_page(key: str, schedule: Schedule) -> BrowsePage | None:
    speaker = find_by_short_id(key, schedule.speaker_by_id)
    if speaker is None:
        return None
    about = "\n".join(
        filter(None, (talk_text.speaker_introduction(speaker), escape(shorten(speaker.bio, PAGE_TEXT_CHARACTERS))))
    )
    return speaker.name, about, schedule.talks_by(speaker)


_PAGE_OF_KIND = {"day": _day_page, "track": _track_page, "room": _room_page, "speaker": _speaker_page}
