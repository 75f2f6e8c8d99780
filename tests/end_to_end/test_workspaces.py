"""Many workspaces install the bot: each has its own conference and data, and leaves nothing behind."""

import asyncio
import base64
import os
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from aiohttp import ClientSession
from sqlalchemy import text

from bot.app import multi, workspace_repository
from bot.app.multi import RunningBots, run_multi
from bot.app.workspace import RunningWorkspace, run_workspace
from bot.clock import Clock
from bot.db.database import Database, Transaction
from bot.errors import SettingsError
from bot.fake_slack.arguments import SlackRefusal
from bot.fake_slack.workspace import ORGANISER
from bot.schedule.yaml.dump import schedule_yaml
from bot.settings import ConferenceAssignment, Settings, workspace_database_url
from bot.slack import request_guard
from tests.cli.commands import run_command
from tests.end_to_end.conftest import MORNING
from tests.end_to_end.processes import launch, wait_until_ready
from tests.end_to_end.several import (
    CLIENT_ID,
    CLIENT_SECRET,
    KEY,
    Installer,
    SlackWithWorkspaces,
    environment_of_many,
)
from tests.fake_slack.server import SlackForTests
from tests.schedules import a_schedule, a_talk, london
from tests.steps import turn_on_reminders

QCON, TWIN, TEA = "T0QCON", "T0TWIN", "T0TEA"  # the first two have the same conference

BRIKMAN, SAVED = "Yevgeniy Brikman", "300k+ Lines of Infrastructure Code"

OTHER_KEY = base64.b64encode(bytes([2] * 32)).decode()


@pytest.fixture
async def slack() -> AsyncIterator[SlackWithWorkspaces]:
    async with SlackWithWorkspaces.serving(QCON, TWIN, TEA, "T0STRANGER") as slack:
        yield slack


@pytest.fixture
def settings(slack: SlackWithWorkspaces, database_url: str, tmp_path: Path) -> Settings:
    """One workspace has the included schedule, the other another, and unknown ones none."""
    tea = a_schedule(a_talk("The history of tea", london("10:35"), id="tea"))
    (tmp_path / "tea.yaml").write_bytes(schedule_yaml(tea))
    shared = Settings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        signing_secret=slack.signing_secret,
        token_keys=(KEY,),
        slack_api_url=f"{slack.url}/api/",
        port=0,
        database_url=database_url,
        public_url="https://bot.example.org",
        rehearsal_now=MORNING,
    )
    conferences = (
        ConferenceAssignment(frozenset({QCON, TWIN}), shared),
        ConferenceAssignment(frozenset({TEA}), replace(shared, schedule=str(tmp_path / "tea.yaml"))),
    )
    return replace(shared, conferences=conferences)


@pytest.fixture
async def bots(slack: SlackWithWorkspaces, settings: Settings) -> AsyncIterator[RunningBots]:
    """Install the bot in both and connect them."""
    async with run_multi(settings, delete_after=timedelta(0)) as bots:
        slack.connect(bots.url)
        for workspace in (QCON, TEA):
            status, page = await Installer(bots.url).install(workspace)
            assert (status, "the bot is running" in page) == (200, True), page
        yield bots


async def _ask(slack: SlackForTests, text: str) -> str:
    """Ask. A workspace that takes long to open, as on a busy machine, answers late."""
    return (await slack.person("amara").ask(f"/qcon {text}", within_s=60)).text


async def test_each_workspace_has_its_own_conference(slack: SlackWithWorkspaces, bots: RunningBots) -> None:
    at_qcon, at_tea = slack.workspaces[QCON], slack.workspaces[TEA]
    assert "No sessions found for “tea”" in await _ask(at_qcon, "who talks about tea?")
    assert "The history of tea" in await _ask(at_tea, "who talks about tea?")
    assert BRIKMAN in await _ask(at_qcon, "who talks about Terraform?")
    assert (await bots.health.readiness()).talks == 6
    assert "not running in this workspace" in await _ask(slack.workspaces["T0STRANGER"], "next")


async def test_workspaces_with_the_same_conference_share_no_data(
    slack: SlackWithWorkspaces, bots: RunningBots, settings: Settings
) -> None:
    await Installer(bots.url).install(TWIN)
    qcon, twin = slack.workspaces[QCON], slack.workspaces[TWIN]
    assert qcon.person("amara").user.id == twin.person("amara").user.id  # both have the same id
    await _ask(qcon, "save Lessons From 300k+ Lines of Infrastructure Code")
    assert SAVED in await _ask(qcon, "agenda")
    assert SAVED not in await _ask(twin, "agenda")
    organiser = twin.person(ORGANISER.name)
    await turn_on_reminders(organiser)
    for workspace in (QCON, TWIN):
        database = Database(workspace_database_url(settings.database_url, workspace), Clock().real_now)
        assert await database.read(_workspaces) == {workspace}
        await database.close()


async def _workspaces(tx: Transaction) -> set[str]:
    """The workspaces in a database."""
    found: set[str] = set()
    for table in ("people", "agenda", "subscriptions", "deliveries", "conversations"):
        found |= set((await tx.execute(text(f"SELECT DISTINCT workspace FROM {table}"))).scalars())
    return found


@pytest.mark.parametrize(("opens_within_s", "answer"), [(30.0, BRIKMAN), (0.0, "I couldn't start")])
async def test_a_command_is_answered_late_if_its_workspace_takes_long_to_open(
    slack: SlackWithWorkspaces,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    opens_within_s: float,
    answer: str,
) -> None:
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        await Installer(bots.url).install(QCON)
    monkeypatch.setattr(multi, "ASKED_WAIT_S", 0.0)
    monkeypatch.setattr(multi, "LATE_WAIT_S", opens_within_s)
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        amara = slack.workspaces[QCON].person("amara")
        acknowledged = await amara.command("/qcon who talks about Terraform?")
        assert (acknowledged.ok, slack.workspaces[QCON].journal.calls["response_url"]) == (True, 0)
        assert answer in (await amara.sees("general", within_s=30)).text


@pytest.fixture
async def slow_to_open(
    slack: SlackWithWorkspaces, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> asyncio.Event:
    """A workspace that installed the bot, and whose requests do not wait for it. It opens once this event is set."""
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        await Installer(bots.url).install(QCON)
    event = asyncio.Event()

    @asynccontextmanager
    async def slowly(*parts: Any, **options: Any) -> AsyncIterator[RunningWorkspace]:
        await event.wait()
        async with run_workspace(*parts, **options) as workspace:
            yield workspace

    monkeypatch.setattr(multi, "run_workspace", slowly)
    monkeypatch.setattr(multi, "ASKED_WAIT_S", 0.0)
    return event


async def test_a_command_that_waits_while_the_process_stops_still_gets_an_answer(
    slack: SlackWithWorkspaces, settings: Settings, slow_to_open: asyncio.Event
) -> None:
    amara = slack.workspaces[QCON].person("amara")
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        assert (await amara.command("/qcon next")).ok
    assert not slow_to_open.is_set()
    assert "Try again in a minute" in (await amara.sees("general", within_s=1)).text


async def test_a_late_answer_still_comes_if_slack_refuses_the_response_url(
    slack: SlackWithWorkspaces, settings: Settings, slow_to_open: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_guard, "AUTO_ACK_AFTER_S", 60)  # so the answer could be given in the acknowledgement
    qcon = slack.workspaces[QCON]
    amara = qcon.person("amara")
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        assert (await amara.command("/qcon help")).ok
        monkeypatch.setattr(qcon.app, "respond", Mock(side_effect=SlackRefusal("used_url")))
        slow_to_open.set()
        assert "Ask me" in (await amara.sees("general", within_s=30)).text


async def test_a_workspace_answers_again_after_a_restart(slack: SlackWithWorkspaces, settings: Settings) -> None:
    for round in range(2):
        async with run_multi(settings) as bots:
            slack.connect(bots.url)
            if not round:
                await Installer(bots.url).install(TEA)
            assert "The history of tea" in await _ask(slack.workspaces[TEA], "who talks about tea?")


async def test_a_second_process_can_open_a_newly_installed_workspace(
    slack: SlackWithWorkspaces, settings: Settings
) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite has one process")
    async with run_multi(settings) as first, run_multi(settings) as second:
        await Installer(first.url).install(TEA)
        assert await second.workspaces.wait_until_running(TEA)


async def test_a_workspace_that_uninstalls_the_bot_leaves_no_data_behind(
    slack: SlackWithWorkspaces, bots: RunningBots, settings: Settings
) -> None:
    at_tea = slack.workspaces[TEA]
    await _ask(at_tea, "save tea")
    uninstall = at_tea.payloads.event({"type": "app_uninstalled"})
    at_tea.transport.send_event(uninstall)
    await _until_gone(bots, settings, TEA)
    assert "not running in this workspace" in await _ask(at_tea, "next")
    assert await _has_data(settings, QCON)
    assert BRIKMAN in await _ask(slack.workspaces[QCON], "who talks about Terraform?")
    await asyncio.sleep(1)  # Slack tells the moment of an event in whole seconds
    assert (await Installer(bots.url).install(TEA))[0] == 200  # may install again, and starts with no data
    assert "Tea" not in await _ask(at_tea, "agenda")
    at_tea.transport.send_event(uninstall)  # Slack, or somebody else, sends it again
    await at_tea.transport.wait_settled()
    assert await _installed(settings) == {QCON, TEA}


async def test_a_revoked_bot_token_deletes_the_data_and_a_revoked_user_token_does_not(
    slack: SlackWithWorkspaces, bots: RunningBots, settings: Settings
) -> None:
    at_tea, at_qcon = slack.workspaces[TEA], slack.workspaces[QCON]
    at_qcon.transport.send_event(
        at_qcon.payloads.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}})
    )
    at_tea.transport.send_event(at_tea.payloads.event({"type": "tokens_revoked", "tokens": {"bot": ["U0QCONBOT1"]}}))
    await _until_gone(bots, settings, TEA)
    async with asyncio.timeout(10):  # an event that is not acknowledged is sent again for minutes
        await at_qcon.transport.wait_settled()
    assert await _has_data(settings, QCON)


async def test_a_workspace_without_a_conference_can_still_uninstall_the_bot(
    slack: SlackWithWorkspaces, bots: RunningBots, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "tea.yaml").write_text("not: a schedule")
    no_conference = replace(settings, conferences=settings.conferences[1:])
    async with run_multi(no_conference, delete_after=timedelta(0)) as others:
        assert QCON not in {workspace.id for workspace in others.workspaces.running_workspaces()}
        slack.connect(others.url)
        at_qcon = slack.workspaces[QCON]
        at_qcon.transport.send_event(at_qcon.payloads.event({"type": "app_uninstalled"}))
        await _until_gone(others, settings, QCON)
        assert await _installed(settings) == {TEA}


@pytest.mark.parametrize("reason", ["", "no conference", "unreadable schedule"])
async def test_a_token_revoked_while_the_bot_was_down_is_noticed_later(
    slack: SlackWithWorkspaces, settings: Settings, tmp_path: Path, reason: str
) -> None:
    async with run_multi(settings) as bots:
        for workspace in (QCON, TEA):
            await Installer(bots.url).install(workspace)
    slack.revoke(TEA)
    later = settings
    if reason == "no conference":
        later = replace(settings, conferences=settings.conferences[:1])
    elif reason == "unreadable schedule":
        (tmp_path / "tea.yaml").write_text("not: a schedule")
    async with run_multi(later, delete_after=timedelta(0)) as bots:
        await bots.workspaces.find(TEA, wait_s=30)  # at its next request, and once a day
        await _until_gone(bots, settings, TEA)
        assert await _installed(settings) == {QCON}
        assert await _has_data(settings, QCON)


async def _installed(settings: Settings) -> set[str]:
    """The workspaces whose tokens are stored."""
    database = Database(settings.database_url, Clock().real_now)
    try:
        return await database.read(_token_holders)
    finally:
        await database.close()


async def _token_holders(tx: Transaction) -> set[str]:
    return set((await tx.execute(text("SELECT team_id FROM slack_bots"))).scalars())


async def _until_gone(bots: RunningBots, settings: Settings, workspace: str) -> None:
    async with asyncio.timeout(20):
        while await _has_data(settings, workspace):
            await bots.workspaces.refresh()


async def _has_data(settings: Settings, workspace: str) -> bool:
    if settings.database_url.startswith("sqlite"):
        return os.path.exists(workspace_database_url(settings.database_url, workspace).removeprefix("sqlite:///"))  # noqa: ASYNC240, PTH110
    database = Database(settings.database_url, Clock().real_now)
    try:
        return await database.read(_is_schema, f"workspace_{workspace.lower()}")
    finally:
        await database.close()


async def _is_schema(tx: Transaction, name: str) -> bool:
    found = text("SELECT count(*) FROM pg_namespace WHERE nspname = :name")
    return bool((await tx.execute(found, {"name": name})).scalar_one())


async def test_only_the_browser_that_began_an_installation_can_complete_it(
    slack: SlackWithWorkspaces, bots: RunningBots
) -> None:
    installer = Installer(bots.url)
    page = await installer.begin()
    assert "Add qcon to your workspace" in page
    assert "to remind a person who asked for it" in page
    for wrong in ({"state": "made up"}, {"cookie": "another browser"}, {"state": "x", "cookie": "x"}):
        status, page = await installer.come_back("code-T0TEA", **wrong)
        assert status in (400, 401), wrong
        assert "Nothing was installed" in page
    assert (await installer.come_back("code-T0TEA"))[0] == 200
    assert (await installer.come_back("code-T0TEA"))[0] == 401  # a state is valid once
    assert (await Installer(bots.url).install("T0NOBODY"))[0] == 401


async def test_the_install_page_cannot_be_framed_and_its_cookie_is_same_site(bots: RunningBots) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{bots.url}/slack/install") as response:
        assert response.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Set-Cookie"].endswith("HttpOnly; Max-Age=600; Path=/; SameSite=Lax; Secure")


async def test_a_workspace_without_a_conference_cannot_install_the_bot(
    slack: SlackWithWorkspaces, bots: RunningBots
) -> None:
    status, page = await Installer(bots.url).install("T0STRANGER")
    assert (status, "There is no conference for your workspace" in page) == (403, True)
    assert slack.is_revoked("T0STRANGER")
    assert "not running in this workspace" in await _ask(slack.workspaces["T0STRANGER"], "next")


async def test_an_installation_for_a_whole_organisation_is_refused(
    slack: SlackWithWorkspaces, bots: RunningBots, settings: Settings
) -> None:
    slack.organisation = "E0ACME"
    status, page = await Installer(bots.url).install("T0STRANGER")
    assert (status, "Choose a workspace" in page) == (403, True)
    assert slack.is_revoked("T0STRANGER")
    assert await _installed(settings) == {QCON, TEA}


async def test_no_more_workspaces_can_install_the_bot_than_the_limit_allows(
    slack: SlackWithWorkspaces, settings: Settings
) -> None:
    async with run_multi(replace(settings, most_workspaces=1)) as bots:
        assert (await Installer(bots.url).install(QCON))[0] == 200
        status, page = await Installer(bots.url).install(TEA)
        assert (status, "as many workspaces as it may" in page) == (503, True)
        assert slack.is_revoked(TEA)
        assert (await Installer(bots.url).install(QCON))[0] == 200  # an installed workspace may install again
        assert await _open(bots) == {QCON}


async def _open(bots: RunningBots) -> set[str]:
    """The workspaces that open when somebody asks there."""
    found = [await bots.workspaces.find(workspace, wait_s=30) for workspace in (QCON, TEA)]
    return {workspace.id for workspace in found if workspace}


async def test_expiring_tokens_are_renewed_in_time_and_never_stored_in_plain_text(
    slack: SlackWithWorkspaces, settings: Settings
) -> None:
    slack.token_lifetime_s = 3600
    async with run_multi(settings) as bots:
        assert (await Installer(bots.url).install(QCON))[0] == 200
    first = slack.workspaces[QCON].bot_token
    slack.token_lifetime_s = 43_200
    async with run_multi(settings) as bots, asyncio.timeout(20):
        slack.connect(bots.url)
        while first == slack.workspaces[QCON].bot_token:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        await bots.workspaces.refresh()
        assert BRIKMAN in await _ask(slack.workspaces[QCON], "who talks about Terraform?")
    second = slack.workspaces[QCON].bot_token
    async with run_multi(settings) as bots, asyncio.timeout(20):  # it does not expire soon
        slack.connect(bots.url)
        assert BRIKMAN in await _ask(slack.workspaces[QCON], "who talks about Terraform?")
    assert slack.workspaces[QCON].bot_token == second
    database = Database(settings.database_url, Clock().real_now)
    assert "xox" not in await database.read(_stored_tokens)
    await database.close()


async def _stored_tokens(tx: Transaction) -> str:
    return str([tuple(row) for row in await tx.execute(text("SELECT * FROM slack_bots"))])


async def test_too_many_requests_for_the_install_page_are_rate_limited(bots: RunningBots) -> None:
    async with ClientSession() as session:
        statuses = Counter([await _status(session, f"{bots.url}/slack/install") for _ in range(80)])
    assert set(statuses) == {200, 429}


async def _status(session: ClientSession, address: str) -> int:
    async with session.get(address) as response:
        return response.status


async def test_tokens_are_encrypted_and_the_key_can_be_changed(
    slack: SlackWithWorkspaces, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    token = slack.workspaces[TEA].bot_token
    async with run_multi(settings) as bots:
        await Installer(bots.url).install(TEA)
    if settings.database_url.startswith("sqlite"):
        with closing(sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))) as file:
            assert token not in "\n".join(file.iterdump())
    for keys in ((OTHER_KEY, KEY), (OTHER_KEY,)):
        async with run_multi(replace(settings, token_keys=keys)) as bots:
            assert await _open(bots) == {TEA}
    with pytest.raises(SettingsError, match="QCON_TOKEN_KEYS"):
        async with run_multi(settings):
            pass
    assert token not in "".join(capsys.readouterr())


async def test_an_unreadable_token_does_not_affect_other_workspaces(
    slack: SlackWithWorkspaces, settings: Settings
) -> None:
    async with run_multi(settings) as bots:
        for workspace in (QCON, TEA):
            await Installer(bots.url).install(workspace)
        database = Database(settings.database_url, Clock().real_now)
        await database.write(_corrupt_token, TEA)
        await database.close()
        await bots.workspaces.refresh()
        assert {running.id for running in bots.workspaces.running_workspaces()} == {QCON, TEA}  # they stay open
    async with run_multi(settings) as bots:
        assert await _open(bots) == {QCON}


async def _corrupt_token(tx: Transaction, workspace: str) -> None:
    statement = text("UPDATE slack_bots SET bot_token = 'nonsense' WHERE team_id = :workspace")
    await tx.execute(statement, {"workspace": workspace})


async def test_a_workspace_is_closed_when_nobody_uses_it_and_opened_by_the_next_request(
    slack: SlackWithWorkspaces, settings: Settings
) -> None:
    async with run_multi(settings, idle_s=0) as bots:
        slack.connect(bots.url)
        for workspace in (QCON, TEA):
            await Installer(bots.url).install(workspace)
        for _ in range(2):
            assert "The history of tea" in await _ask(slack.workspaces[TEA], "who talks about tea?")
            await _until_closed(bots)
        assert (await bots.health.readiness()).is_ready()
        await _make_due(settings, QCON)
        async with asyncio.timeout(30):
            while [workspace.id for workspace in bots.workspaces.running_workspaces()] != [QCON]:
                await bots.workspaces.refresh()


async def test_a_closed_workspace_gets_new_versions_of_its_source(
    slack: SlackWithWorkspaces, settings: Settings, tmp_path: Path
) -> None:
    async with run_multi(settings, idle_s=0) as bots:
        for workspace in (QCON, TEA):
            await Installer(bots.url).install(workspace)
        await _until_closed(bots)
        renamed = a_schedule(a_talk("The future of tea", london("10:35"), id="tea"))
        (tmp_path / "tea.yaml").write_bytes(schedule_yaml(renamed))
        database = Database(settings.database_url, Clock().real_now)
        async with asyncio.timeout(30):
            while await _revisions(database) != {QCON: 1, TEA: 2}:
                await bots.workspaces.refresh()
        await _until_closed(bots)
        await database.close()
        slack.connect(bots.url)
        assert "The future of tea" in await _ask(slack.workspaces[TEA], "who talks about tea?")


async def _revisions(database: Database) -> dict[str, int]:
    found = await database.read(workspace_repository.statuses)
    return {status.workspace: status.revision for status in found}


async def _until_closed(bots: RunningBots) -> None:
    async with asyncio.timeout(30):
        while bots.workspaces.running_workspaces():
            await bots.workspaces.refresh()


async def _make_due(settings: Settings, workspace: str) -> None:
    database = Database(settings.database_url, Clock().real_now)
    await database.write(workspace_repository.make_due, [workspace])
    await database.close()


async def test_an_unreadable_schedule_does_not_affect_other_workspaces(
    slack: SlackWithWorkspaces, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "tea.yaml").write_text("not: a schedule")
    async with run_multi(settings) as bots:
        slack.connect(bots.url)
        assert (await Installer(bots.url).install(QCON))[0] == 200
        await Installer(bots.url).install(TEA)
        assert BRIKMAN in await _ask(slack.workspaces[QCON], "who talks about Terraform?")
        assert "couldn't start" in await _ask(slack.workspaces[TEA], "next")
        assert (await bots.health.readiness()).is_ready()


async def test_the_bot_started_by_an_operator_serves_a_workspace_and_stops_on_request(
    slack: SlackWithWorkspaces, tmp_path: Path
) -> None:
    variables = environment_of_many(slack, tmp_path, f"conferences: [{{workspaces: [{QCON}]}}]")
    async with wait_until_ready(await launch("run", variables, tmp_path)) as running:
        slack.connect(running.url)
        assert running.ready.startswith("ready: 0 talks")
        assert (await Installer(running.url).install(QCON))[0] == 200
        assert BRIKMAN in await _ask(slack.workspaces[QCON], "who talks about Terraform?")
        assert await running.stop() == 0
    one = variables | {"QCON_WORKSPACE": QCON}
    for command, environment in (("deliveries", one), ("reminders", one), ("workspaces", variables)):
        ran = await asyncio.to_thread(run_command, command, folder=tmp_path, environment=environment)
        assert (ran.returncode, ran.stderr) == (0, "")
