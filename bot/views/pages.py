"""Single pages for the browser, outside Slack: a title, a few sentences, at most one thing to press."""

from collections.abc import Sequence

import htpy as h
from markupsafe import Markup

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; }
body {
  max-width: 34rem; margin: 0 auto; padding: clamp(2rem, 12vh, 8rem) 1.5rem 3rem;
  background: light-dark(#fffdfa, #151d20); color: light-dark(#1c2a2d, #e7eeed);
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
h1 { font-size: clamp(1.6rem, 6vw, 2.1rem); line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 0.6em; }
p { margin: 0 0 0.8em; }
.list { margin: 2em 0 0.6em; }
ul { margin: 0; padding: 0; list-style: none; color: light-dark(#5a686b, #9db0b1); font-size: 0.9375rem; }
li { padding: 0.45em 0; border-top: 1px solid light-dark(#e8e2d8, #2a373b); }
code { color: light-dark(#1c2a2d, #e7eeed); }
.press {
  display: inline-block; margin: 0.6em 0 0.2em; padding: 0.6em 1.3em; border-radius: 0.5em; text-decoration: none;
  font-weight: 600; background: light-dark(#0b6e75, #6fd0d3); color: light-dark(#ffffff, #10201f);
}
.press:focus-visible { outline: 3px solid light-dark(#c07a1c, #e3b15c); outline-offset: 3px; }
"""


def html_page(title: str, sentences: Sequence[str], press: tuple[str, str] | None = None, *more: h.Node) -> str:
    """The document; `press` is what stands on a button, and the address it leads to."""
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=POLICY),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.title[title],
            h.style[Markup(STYLE)],  # noqa: S704  # our own
        ],
        h.body[
            h.main[
                h.h1[title],
                (h.p[sentence] for sentence in sentences),
                press and h.a(".press", href=press[1])[press[0]],
                more,
            ]
        ],
    ]
    return "".join(document.iter_chunks())


def install_page(name: str, address: str, scopes: Sequence[tuple[str, str]]) -> str:
    """Before the bot is installed: what it does, what it asks for and why, and the way to Slack."""
    asked = h.ul(aria_label="What it asks for")[(h.li[h.code[scope], f" {reason}"] for scope, reason in scopes)]
    sentences = (
        "It answers what is on, who speaks and where, and reminds channels and people before a session begins.",
        "Slack asks for your consent next.",
    )
    return html_page(
        f"Add {name} to your workspace",
        sentences,
        ("Add to Slack", address),
        h.p(".list")["What it may do there, and why:"],
        asked,
    )


def installed_page(team: str, open_in_slack: str, *, ready: bool) -> str:
    """After Slack's consent."""
    first = "It is at work." if ready else "It is being set up, and will be at work within a minute."
    sentences = (first, "Invite it to a channel there, then ask it anything: it introduces itself.")
    return html_page(f"Installed in {team or 'your workspace'}", sentences, ("Open Slack", open_in_slack))


def not_installed_page(reason: str, again: str) -> str:
    """Nothing was installed, and why."""
    return html_page("Nothing was installed", (SCOPE_REASONS.get(reason, SCOPE_REASONS[""]),), ("Try again", again))


SCOPE_REASONS = {
    "": "Slack did not say yes. Try again; if it stays so, tell whoever runs the bot.",
    "access_denied": "You, or Slack for you, said no. Nothing has changed.",
    "invalid_browser": "Slack sent you back to another browser than the one you began in. Begin and end in the same one.",
    "invalid_state": "That took more than ten minutes, or the page was opened a second time. Begin again.",
    "missing_code": "This page is where Slack sends people who install the bot. Begin at the button.",
    "invalid_code": "Slack does not know this installation any more. Begin again.",
    "no_conference": "Whoever runs this bot has no conference for your workspace. Ask them to add it first.",
    "full": "This bot serves as many workspaces as it can. Ask whoever runs it.",
    "busy": "Very many people are installing the bot at this moment. Try again in a minute.",
    "unreachable": "Slack could not be reached. Try again in a minute.",
    "away": "The bot cannot reach its database. Try again in a minute.",
}
