"""A person's settings: how long before a talk they are reminded, and whether each day begins with a digest."""

from bot.questions.subscriptions import LEADS
from bot.views import ids, menus
from bot.views.blocks import actions, section
from bot.views.message import Message


def preferences_message(lead: int | None, digest: bool) -> Message:
    """The settings as they are, each with a way to change it; a lead of nothing is off."""
    now = f"{lead} minutes before a saved talk starts" if lead else "never"
    morning = "each conference morning" if digest else "never"
    text = f"*Your settings*\nDirect message: {now}.\nDigest of your day: {morning}."
    lead_menu = menus.static_menu(
        "Remind me",
        ids.CHOOSE_LEAD,
        [(f"{one} minutes before", str(one)) for one in LEADS] + [("Never", "off")],
        str(lead or "off"),
    )
    digest_menu = menus.static_menu(
        "Digest", ids.CHOOSE_DIGEST, [("Digest each morning", "on"), ("No digest", "off")], "on" if digest else "off"
    )
    return Message(text, (section(text), actions([lead_menu, digest_menu])))
