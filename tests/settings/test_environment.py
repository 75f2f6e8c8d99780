import pytest

from bot import settings
from bot.errors import SettingsError


def test_without_any_variable_the_shipped_schedule_and_a_local_database_are_used() -> None:
    read = settings.read_settings({})
    assert read.schedule == str(settings.SHIPPED_SCHEDULE)
    assert read.database_url == settings.LIVE_DATABASE
    assert (read.host, read.port) == ("127.0.0.1", 3000)


def test_a_rehearsal_uses_another_database() -> None:
    read = settings.read_settings({"QCON_NOW": "2019-03-05T10:20", "QCON_SPEED": "60"})
    assert read.rehearsing
    assert read.database_url == settings.REHEARSAL_DATABASE


def test_every_problem_is_told_at_once_and_in_words() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read_settings(
            {"PORT": "many", "SLACK_BOT_TOKEN": "xoxp-1", "QCON_SPEED": "60", "QCON_ORGANISERS": "U1 C1 C2 me"}
        )
    text = str(caught.value)
    for name in ("PORT", "SLACK_BOT_TOKEN", "QCON_SPEED", "'me'", "at most one channel"):
        assert name in text


def test_organisers_are_people_and_at_most_one_channel() -> None:
    read = settings.read_settings({"QCON_ORGANISERS": "U012ABC, W34 C9"})
    assert read.organisers == ("U012ABC", "W34")
    assert read.organisers_channel == "C9"


def test_a_lease_that_ends_before_a_post_may_is_refused() -> None:
    with pytest.raises(SettingsError, match="QCON_LEASE_S"):
        settings.read_settings({"QCON_LEASE_S": "10", "QCON_HTTP_TIMEOUT_S": "15"})


def test_secrets_do_not_show_in_repr() -> None:
    read = settings.read_settings({"SLACK_BOT_TOKEN": "xoxb-secret", "SLACK_SIGNING_SECRET": "hush"})
    assert "secret" not in repr(read)
    assert "hush" not in repr(read)


@pytest.mark.parametrize("name", ["/pycon", "pycon", " /pycon "])
def test_the_slash_command_is_named_with_or_without_its_slash(name: str) -> None:
    assert settings.read_settings({"QCON_COMMAND": name}).command == "/pycon"


@pytest.mark.parametrize("name", ["/Py Con", "/PYCON", "/" + "x" * 32, "//x"])
def test_what_slack_takes_for_no_command_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="QCON_COMMAND: A slash command is a slash"):
        settings.read_settings({"QCON_COMMAND": name})
