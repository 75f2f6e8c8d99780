import pytest

from bot.errors import SettingsError
from bot.handlers.manifest import manifest


def test_over_socket_mode_no_address_is_needed() -> None:
    written = manifest()
    assert written["settings"]["socket_mode_enabled"] is True
    assert "request_url" not in str(written)


def test_over_http_every_way_in_leads_to_the_bot() -> None:
    written = manifest("/pycon", "https://bot.example.org/")
    address = "https://bot.example.org/slack/events"
    assert written["settings"]["event_subscriptions"]["request_url"] == address
    assert written["settings"]["interactivity"]["request_url"] == address
    assert written["features"]["slash_commands"][0]["url"] == address
    assert written["features"]["slash_commands"][0]["command"] == "/pycon"


def test_people_can_write_to_the_bot() -> None:
    home = manifest()["features"]["app_home"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]


@pytest.mark.parametrize("name", ["", "/", "/two words", "/UPPER", "/a/b", "/" + "x" * 32])
def test_a_name_that_slack_does_not_take_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="slash command"):
        manifest(name)
