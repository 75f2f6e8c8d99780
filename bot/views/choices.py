"""A person's settings: how long before a talk they are reminded, and whether each day begins with a digest."""

from bot.views import ids
from bot.views.blocks import actions, option, plain, section
from bot.views.message import Block, Message

LEADS = (5, 10, 15, 30)  # minutes


def message(lead: int | None, digest: bool) -> Message:
    """The settings as they are, each with a way to change it; a lead of nothing is off."""
    now = f"{lead} minutes before a saved talk starts" if lead else "never"
    morning = "each conference morning" if digest else "never"
    text = f"*Your settings*\nDirect message: {now}.\nDigest of your day: {morning}."
    lead_menu = _menu(
        ids.CHOOSE_LEAD,
        "Remind me",
        [(f"{one} minutes before", str(one)) for one in LEADS] + [("Never", "off")],
        str(lead or "off"),
    )
    digest_menu = _menu(
        ids.CHOOSE_DIGEST, "Digest", [("Digest each morning", "on"), ("No digest", "off")], "on" if digest else "off"
    )
    return Message(text, (section(text), actions([lead_menu, digest_menu])))


def _menu(action: str, placeholder: str, choices: list[tuple[str, str]], chosen: str) -> Block:
    options = [option(text, value) for text, value in choices]
    initial = next(one for one in options if one["value"] == chosen)
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(placeholder, 150),
        "options": options,
        "initial_option": initial,
    }
