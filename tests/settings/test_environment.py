import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

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


def test_all_problems_are_reported_at_once_and_in_words() -> None:
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


def test_a_lease_shorter_than_a_post_may_take_is_refused() -> None:
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
def test_a_command_name_that_slack_does_not_accept_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="QCON_COMMAND: A slash command is a slash"):
        settings.read_settings({"QCON_COMMAND": name})


DATABASE, NOW, API = "QCON_DATABASE_URL", "QCON_NOW", "SLACK_API_URL"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (DATABASE, f"postgresql://bot@{host}/bot")
            for host in ("db:port", "db:", "[::1", "::1]", "db:543210", "a:1:2")
        ),
        *((DATABASE, f"postgresql://bot@db/bot?{option}=1") for option in ("colour", "application_name", "HOST")),
        *(
            (DATABASE, f"postgresql://bot@db/bot?{option}")
            for option in (
                "timeout=soon",
                "command_timeout=0",
                "port=abc",
                "port=65536",
                "sslmode=bogus",
                "ssl=1",
                "target_session_attrs=bogus",
            )
        ),
        (DATABASE, "sqlite:///bot.sqlite3?mode=ro"),
        (DATABASE, "sqlite:///:memory:"),
        *(("PORT", port) for port in ("80.7", "-1", "65536", "1e3")),
        ("QCON_RATE_PER_MINUTE", "1.5"),
        *(("HOST", host) for host in ("a..b", ".a", "a" * 64 + ".org", "é" * 70)),
        *((NOW, moment) for moment in ("0001-01-01T00:00", "9999-12-31T23:59", "1979-12-31T23:59", "tomorrow")),
        *(("QCON_PUBLIC_URL", url) for url in ("https:// bot.example.org", "bot.example.org")),
        *((API, url) for url in ("http://[::1", "http://::1]/", "http://slack:port/api", "http://:80/", "http:///api")),
        *((name, "xoxb-a\x07b") for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET")),
        *((name, "xoxb-a\nb") for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")),
        ("SLACK_BOT_TOKEN", "xoxb-é"),
        ("SLACK_APP_TOKEN", "xapp-a b"),
        ("QCON_TOKEN_KEYS", "é" * 44),
        ("QCON_TOKEN_KEYS", "🔑"),
        *((name, "a\x00b") for name in ("QCON_NAME", "QCON_SCHEDULE", "QCON_TIMEZONE")),
        ("QCON_NAME", "caf\udce9"),  # the environment is not UTF-8
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read_settings({name: value})
    [line] = str(caught.value).splitlines()
    assert line.startswith(name)


def test_every_wrong_option_of_the_database_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read_settings({DATABASE: "postgresql://bot@db/bot?colour=1&sslmode=bogus"})
    colour, mode = str(caught.value).splitlines()
    assert "colour" in colour
    assert "bogus" in mode


def test_the_address_of_a_heartbeat_is_called_as_it_was_written() -> None:
    read = settings.read_settings(
        {"QCON_HEARTBEAT_URL": "https://hc.example/ping/a/", "QCON_PUBLIC_URL": "https://b.example/"}
    )
    assert (read.heartbeat_url, read.public_url) == ("https://hc.example/ping/a/", "https://b.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (DATABASE, "postgresql://bot@/bot?host=/run/postgresql"),
        (DATABASE, "postgresql://bot:p%40ss@[::1]:5432/bot?sslmode=require&schema=one"),  # pragma: allowlist secret
        (DATABASE, "postgres://db/bot"),
        (DATABASE, "postgresql://db/bot?timeout=2.5&command_timeout=10&port=5433&target_session_attrs=read-write"),
        (DATABASE, "sqlite:////var/lib/bot.sqlite3"),
        *(("HOST", host) for host in ("0.0.0.0", "::", "localhost", "bücher.example")),
        *((API, url) for url in ("http://[::1]:80/api", "https://slack.com/api/")),
        ("QCON_ORGANISERS", "U012ABC,\n\tC9"),
        (NOW, "2031-03-05T10:20"),
    ],
)
def test_unusual_but_valid_values_are_accepted(name: str, value: str) -> None:
    settings.read_settings({name: value})


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("QCON_ORGANIZERS", "Did you mean QCON_ORGANISERS?"),
        ("QCON_SHEDULE", "Did you mean QCON_SCHEDULE?"),
        ("QCON_DATABASE", "Did you mean QCON_DATABASE_URL?"),
        ("QCON_QQQQQ", "Remove it."),
    ],
)
def test_a_variable_that_is_no_setting_is_reported(name: str, advice: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.read_settings({name: "x"})
    assert str(caught.value) == f"{name} isn't a setting. {advice}"


def test_variables_of_kubernetes_for_a_service_are_no_settings_and_no_mistakes() -> None:
    settings.read_settings({"QCON_BOT_SERVICE_HOST": "10.0.0.1", "QCON_BOT_PORT": "tcp://10.0.0.1:3000"})


def test_an_env_file_in_another_encoding_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("QCON_NAME=café".encode("latin-1"))
    with contextlib.chdir(tmp_path), pytest.raises(SettingsError, match=r"^The file \.env is not UTF-8 text"):
        settings.read_settings()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_something_else_in_the_place_of_the_env_file_is_reported(make: Callable[[str], None], tmp_path: Path) -> None:
    make(str(tmp_path / ".env"))
    with contextlib.chdir(tmp_path), pytest.raises(SettingsError, match=r"^\.env is not a file\."):
        settings.read_settings()
