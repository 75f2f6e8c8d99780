from datetime import UTC, datetime, timedelta

import pytest

from bot.web import oauth_install
from bot.web.oauth_install import (
    INSTALLATIONS_AT_ONCE,
    INSTALLATIONS_PER_SECOND,
    OFFERS_AT_ONCE,
    OFFERS_PER_SECOND,
    VALID_FOR,
    InstallStates,
    TooManyInstallationsError,
)

HOSTILE = "<script>alert(1)</script>"


def test_html_in_a_workspaces_name_or_address_is_escaped() -> None:
    written = oauth_install.installed_page(HOSTILE, 'slack://app?team="><b>', ready=True)
    assert "<script>" not in written
    assert '"><b>' not in written


@pytest.mark.parametrize("reason", [*oauth_install.REFUSAL_REASONS, "no_such_reason", HOSTILE])
def test_every_reason_is_a_sentence_with_a_link_to_try_again(reason: str) -> None:
    written = oauth_install.not_installed_page(reason, "https://bot.example.org/slack/install")
    assert oauth_install.REFUSAL_REASONS.get(reason, oauth_install.REFUSAL_REASONS[""]) in written
    assert 'href="https://bot.example.org/slack/install"' in written
    assert HOSTILE not in written


def test_the_install_page_says_which_permissions_are_needed_and_why() -> None:
    written = oauth_install.install_page(
        "qcon", "https://slack.com/oauth/v2/authorize?state=1", [("chat:write", "to answer")]
    )
    for said in ("Add qcon to your workspace", "chat:write", "to answer", "Add to Slack"):
        assert said in written


class Process:
    """One of several processes that share a secret and the used states."""

    def __init__(self, used: set[str] | None = None, secret: str = "a secret") -> None:
        self.now = datetime(2019, 3, 5, 10, tzinfo=UTC)
        self.seconds = 0.25
        self._used = set() if used is None else used
        self.states = InstallStates(secret, lambda: self.now, self._use_once, lambda: self.seconds)

    async def _use_once(self, state: str, expires: datetime) -> bool:
        assert expires > self.now
        new = state not in self._used
        self._used.add(state)
        return new


async def test_an_issued_state_is_accepted_once_by_any_process() -> None:
    used: set[str] = set()
    one, other = Process(used), Process(used)
    state = await one.states.async_issue()
    assert await other.states.async_consume(state)
    assert not await one.states.async_consume(state)


async def test_issuing_a_state_stores_nothing() -> None:
    used: set[str] = set()
    process = Process(used)
    assert await process.states.async_issue() != await process.states.async_issue()
    assert used == set()


async def test_a_state_expires() -> None:
    process = Process()
    state = await process.states.async_issue()
    process.now += VALID_FOR + timedelta(seconds=1)
    assert not await process.states.async_consume(state)


async def test_a_forged_or_altered_state_is_refused() -> None:
    process = Process()
    state = await process.states.async_issue()
    altered = [state[:at] + ("A" if state[at] != "A" else "B") + state[at + 1 :] for at in range(0, len(state) - 4, 7)]
    foreign = await Process(secret="another").states.async_issue()  # pragma: allowlist secret
    for wrong in ("", ".", "x", "é", state[:-8], *altered, foreign):
        assert not await process.states.async_consume(wrong), wrong
    assert await process.states.async_consume(state)


async def test_a_used_state_is_refused_in_another_spelling() -> None:
    process = Process()
    state = await process.states.async_issue()
    assert await process.states.async_consume(state)
    assert not await process.states.async_consume(f"{state[:5]}!{state[5:]}")  # base64 skips it


async def test_installations_beyond_the_burst_have_to_wait() -> None:
    process = Process()
    states = [await process.states.async_issue() for _ in range(int(OFFERS_AT_ONCE))]
    with pytest.raises(TooManyInstallationsError):
        await process.states.async_issue()
    process.seconds += 1.1 / OFFERS_PER_SECOND
    await process.states.async_issue()
    for state in states[: int(INSTALLATIONS_AT_ONCE)]:
        assert await process.states.async_consume(state)
    with pytest.raises(TooManyInstallationsError):
        await process.states.async_consume(states[-1])
    process.seconds += 1.1 / INSTALLATIONS_PER_SECOND
    assert await process.states.async_consume(states[-1])


async def test_forged_states_do_not_use_up_the_rate_limit() -> None:
    process = Process()
    state = await process.states.async_issue()
    for _ in range(10 * int(INSTALLATIONS_AT_ONCE)):
        assert not await process.states.async_consume("forged")
    assert await process.states.async_consume(state)
