"""Render links that put a talk into a calendar, and messages about a person's private calendar feed."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from bot.blockkit import action_ids
from bot.blockkit.blocks import Message, actions, button, escape, escape_entities, section, shorten
from bot.schedule.models import Conference, Talk, short_id

FEEDS = "/calendar"  # under the public address

DETAILS = 600  # characters of a description in a link, which Slack limits to 3,000

CALENDAR_TITLE_CHARACTERS = 200


def calendar_links(talk: Talk, conference: Conference, public_url: str) -> Sequence[tuple[str, str]]:
    """`(label, address)` of a calendar file where the bot has a public address, else of two web calendars."""
    if public_url:
        return (("Add to calendar", f"{public_url}{FEEDS}/talk/{short_id(talk.id)}.ics"),)
    title = shorten(talk.title, CALENDAR_TITLE_CHARACTERS)
    place = shorten(talk.room.place, CALENDAR_TITLE_CHARACTERS) if talk.room else ""
    names = ", ".join(speaker.name for speaker in talk.speakers[:5])
    about = shorten("\n".join(filter(None, (names, talk.url))), DETAILS)
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{talk.start:%Y%m%dT%H%M%SZ}/{talk.end:%Y%m%dT%H%M%SZ}",
        "details": about,
        "location": place,
        "ctz": conference.timezone.key,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": talk.start.isoformat(),
        "enddt": talk.end.isoformat(),
        "body": about,
        "location": place,
    }
    return (
        ("Google Calendar", _shortest_link("https://calendar.google.com/calendar/render", google, "details")),
        ("Outlook", _shortest_link("https://outlook.live.com/calendar/0/deeplink/compose", outlook, "body")),
    )


def feed_url(public_url: str, token: str) -> str:
    return f"{public_url}{FEEDS}/mine/{token}.ics"


def feed_message(address: str) -> Message:
    text = (
        "*Your calendar feed.* Subscribe to this address in your calendar app. Your saved talks appear there and "
        f"stay up to date:\n{escape_entities(address)}\nAnyone with this address can see your saved talks, so keep it private. *New address* "
        "replaces it."
    )
    buttons = [
        button("Open in my calendar", action_ids.LINK, url=f"webcal://{address.partition('://')[2]}"),
        button("New address", action_ids.NEW_FEED),
        button("Turn off the feed", action_ids.END_FEED),
    ]
    return Message(text, (section(text), actions(buttons)))


def no_feed_message(command: str) -> Message:
    """The reply where the bot has no public address."""
    return Message(
        "Calendar feeds aren't available here. Each talk's *Details* has links to add it to Google Calendar or "
        f"Outlook; `{escape(command)} agenda` lists your talks."
    )


def _shortest_link(base: str, parameters: dict[str, str], description: str) -> str:
    """The link with all parameters; where that is too long for Slack, without the one that holds the description."""
    full = f"{base}?{urlencode(parameters, quote_via=quote)}"
    if len(full) <= 3_000:
        return full
    short = {key: shorten(value, 60) for key, value in parameters.items() if key != description}
    return f"{base}?{urlencode(short, quote_via=quote)}"
