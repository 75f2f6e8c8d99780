import pytest

from bot.cli.setup_questions import WizardQuestion
from bot.errors import Problem, ScheduleError, SettingsError
from bot.live_schedule.fetch import FetchError
from bot.redaction import redacted
from bot.settings import Settings, read_settings


@pytest.mark.parametrize(
    ("secret", "shown"),
    [
        ("https://ann:pw@x.org/a", "https://…@x.org/a"),  # pragma: allowlist secret
        ("https://ann:p w@x.org/a", "https://…@x.org/a"),
        ("https://ann:p/w@x.org/a", "https://…"),
        ("ann:pw@x.org/a", "…@x.org/a"),
        ("https://x.org/a?token=s3cret", "https://x.org/a?…"),
        ("https://x.org/a#s3cret", "https://x.org/a#…"),
        ("https://hc-ping.com/2b8a1c9e-11f0-4c3a-9a8e-0123456789ab", "https://hc-ping.com/…"),
        ("https://sessionize.com/api/v2/jl4ktls0/view/All", "https://sessionize.com/api/v2/…/view/All"),
        ("https://c.org/ical/a%40b.org/private-0123456789abcdef0123/basic.ics", "https://c.org/ical/…/…/basic.ics"),
        ("https://x.org/abCdefGhIjKlMnOp", "https://x.org/…"),
        ("postgresql://ann:pw@db/conference", "postgresql://…@db/conference"),  # pragma: allowlist secret
        ("ftp://ann:pw@x.org/", "ftp://…@x.org/"),  # pragma: allowlist secret
    ],
)
def test_secrets_in_addresses_are_hidden(secret: str, shown: str) -> None:
    assert redacted(secret) == shown
    assert redacted(f"The schedule {secret} gives nothing") == f"The schedule {shown} gives nothing"


@pytest.mark.parametrize(
    "address",
    [
        "https://pretalx.com/democon/schedule/export/schedule.json",
        "https://fosdem.org/2024/schedule/xml",
        "https://x.org:8443/europython2023/schedule-v1.2_final.ics",
        "http://[2001:db8::1]:80/a",
        "/srv/conference/schedule.yaml",
        "data/qcon-london-2019.yaml:1:1: error: x",
        "It should be like https://bot.example.org.",
    ],
)
def test_an_address_without_a_secret_stays(address: str) -> None:
    assert redacted(address) == address


SECRET = "https://ann:pw@x.org/2b8a1c9e11f04c3a?key=k3y"  # pragma: allowlist secret

SECRETS = ("ann:", "pw@", "2b8a1c9e", "k3y")


@pytest.mark.parametrize(
    "text",
    [
        str(FetchError(f"{SECRET} answers with 404.")),
        str(SettingsError(f"The schedule {SECRET} tells no time zone.")),
        str(ScheduleError(Problem(SECRET, 1, 1, "error", "x"))),
        repr(Settings(schedule=SECRET, heartbeat_url=SECRET)),
        WizardQuestion("schedule", "Where is it?", SECRET).prompt,
    ],
)
def test_no_address_is_shown_in_full(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text]


def test_a_malformed_heartbeat_address_is_not_shown() -> None:
    with pytest.raises(SettingsError) as error:
        read_settings({"QCON_HEARTBEAT_URL": "ann:pw@x.org/2b8a1c9e11f04c3a"})
    assert not [secret for secret in SECRETS if secret in str(error.value)]
