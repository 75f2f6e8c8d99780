"""A fake Slack with several workspaces: one Web API, a token per workspace, and OAuth."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from aiohttp import ClientSession, encode_basic_auth, web

from bot.web.server import run_server
from tests.end_to_end.processes import environment
from tests.fake_slack.server import SlackForTests

KEY = base64.b64encode(bytes([1] * 32)).decode()  # encrypts tokens

CLIENT_ID, CLIENT_SECRET = "111.222", "the-clients-secret"

APP_ID = "A0QCONBOT1"


class SlackWithWorkspaces:
    """The workspaces by id, and the codes that people got for installing."""

    def __init__(self, *workspaces: SlackForTests) -> None:
        self.workspaces = {slack.workspace.team_id: slack for slack in workspaces}
        self.signing_secret = workspaces[0].signing_secret
        self._by_token: dict[str, SlackForTests] = {}
        self.url = ""
        self._revoked: set[str] = set()  # tokens
        self.token_lifetime_s = 0  # with token rotation; without it tokens do not expire
        self._refresh_tokens: dict[str, str] = {}  # each works once; the workspace by token
        self.organisation = ""  # an Enterprise Grid organisation that installs for all its workspaces
        for slack in workspaces:
            slack.signing_secret = self.signing_secret

    @classmethod
    @asynccontextmanager
    async def serving(cls, *ids: str) -> AsyncIterator["SlackWithWorkspaces"]:
        """Run workspaces with these ids behind one Web API."""
        async with AsyncExitStack() as stack:
            workspaces = [await stack.enter_async_context(SlackForTests.serving()) for _ in ids]
            for id, workspace in zip(ids, workspaces, strict=True):
                workspace.workspace.team_id = id
            slack = cls(*workspaces)
            slack.url = await stack.enter_async_context(
                run_server("127.0.0.1", 0, [web.route("*", "/api/{method}", slack._call)])
            )
            yield slack

    def connect(self, bot_url: str) -> None:
        for slack in self.workspaces.values():
            slack.connect(f"{bot_url}/slack/events")

    def revoke(self, workspace: str) -> None:
        """Refuse the workspace's token from now on, without an event: the bot may be down when Slack sends it."""
        self._revoked.add(self.workspaces[workspace].bot_token)

    def is_revoked(self, workspace: str) -> bool:
        return self.workspaces[workspace].bot_token in self._revoked

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "oauth.v2.access":
            return web.json_response(await self._access(request))
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self._revoked:
            return web.json_response({"ok": False, "error": "token_revoked"})
        if request.match_info["method"] == "auth.revoke" and token:
            self._revoked.add(token)
            return web.json_response({"ok": True, "revoked": True})
        slack = self._workspace_of(token)
        if slack is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return await slack.api.serve(request)

    def _workspace_of(self, token: str) -> SlackForTests | None:
        """The workspace with this token. Tokens change only when they are renewed, so they are remembered."""
        slack = self._by_token.get(token)
        if slack is None or slack.bot_token != token:
            self._by_token = {slack.bot_token: slack for slack in self.workspaces.values()}
            slack = self._by_token.get(token)
        return slack

    async def _access(self, request: web.Request) -> dict[str, Any]:
        """Answer oauth.v2.access as docs.slack.dev describes; the code is `code-` and the workspace's id."""
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        code = form.get("code", "")
        if form.get("grant_type") == "refresh_token":
            code = f"code-{self._refresh_tokens.pop(form['refresh_token'], '')}"
        if request.headers.get("Authorization") != encode_basic_auth(CLIENT_ID, CLIENT_SECRET):
            return {"ok": False, "error": "bad_client_secret"}
        slack = self.workspaces.get(code.removeprefix("code-"))
        if slack is None:
            return {"ok": False, "error": "invalid_code"}
        expiring: dict[str, Any] = {}
        if self.token_lifetime_s:
            slack.api.bot_token = slack.bot_token = f"xoxe.xoxb-{secrets.token_hex(8)}"
            expiring = {"refresh_token": f"xoxe-1-{secrets.token_hex(8)}", "expires_in": self.token_lifetime_s}
            self._refresh_tokens[expiring["refresh_token"]] = slack.workspace.team_id
        return {
            "ok": True,
            "app_id": APP_ID,
            "access_token": slack.bot_token,
            "token_type": "bot",
            "scope": "commands",
            "bot_user_id": slack.workspace.bot.id,
            "team": None if self.organisation else {"id": code.removeprefix("code-"), "name": f"Team <{code}>"},
            "enterprise": {"id": self.organisation, "name": "Acme"} if self.organisation else None,
            "authed_user": {"id": "U0INSTALLER"},
            "is_enterprise_install": bool(self.organisation),
            **expiring,
        }


def environment_of_many(slack: SlackWithWorkspaces, folder: Path, conferences: str, **changed: str) -> dict[str, str]:
    """Settings for a process that any workspace may install; `conferences` is the text of its file QCON_CONFERENCES."""
    (folder / "conferences.yaml").write_text(conferences)
    first = next(iter(slack.workspaces.values()))
    settings = {
        "SLACK_BOT_TOKEN": "",
        "SLACK_API_URL": f"{slack.url}/api/",
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "QCON_TOKEN_KEYS": KEY,
        "QCON_CONFERENCES": "conferences.yaml",
        "QCON_PUBLIC_URL": "https://bot.example.org",
    }
    return environment(first, folder, **settings | changed)


class Installer:
    """A person who installs the bot in a browser that keeps one cookie."""

    def __init__(self, bot_url: str) -> None:
        self._bot = bot_url
        self.state = ""

    async def begin(self) -> str:
        """Open the page with the button."""
        async with ClientSession() as session, session.get(f"{self._bot}/slack/install") as response:
            page = await response.text()
        self.state = response.cookies["slack-app-oauth-state"].value
        assert f"state={self.state}" in page
        return page

    async def come_back(self, code: str, *, state: str = "", cookie: str = "") -> tuple[int, str]:
        """Come back from Slack, with another state or cookie if the test tries that."""
        query = {"code": code, "state": state or self.state}
        headers = {"Cookie": f"slack-app-oauth-state={cookie or self.state}"}
        address = f"{self._bot}/slack/oauth_redirect"
        async with ClientSession() as session, session.get(address, params=query, headers=headers) as response:
            return response.status, await response.text()

    async def install(self, workspace: str) -> tuple[int, str]:
        """Install the bot from beginning to end."""
        await self.begin()
        return await self.come_back(f"code-{workspace}")
