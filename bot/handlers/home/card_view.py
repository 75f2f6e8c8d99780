"""Render the modals of a talk, of a speaker, and of the search for a talk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import (
    HEADER_CHARACTERS,
    Block,
    actions,
    and_more,
    bold,
    button,
    context,
    divider,
    escape,
    escape_with_links,
    header,
    is_link,
    paragraphs,
    section,
    shorten,
)
from bot.blockkit.talk_row import RowStyle, quoted_titles, similar_rows, talk_rows
from bot.blockkit.talk_text import RenderContext
from bot.handlers.feedback import messages
from bot.schedule.models import Speaker, Talk
from bot.schedule.queries import overlaps
from bot.search.similarity import SimilarTalk

ABSTRACT_CHARACTERS = 9_000

MAX_RELATED = 6  # other talks listed under one heading

MAX_SPEAKERS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UserTalkState:
    """The relation of the person who looks at a talk to it."""

    vote: str = ""  # green, yellow or red
    clashes: tuple[Talk, ...] = ()  # saved talks that run at the same time
    may_organise: bool = False  # they are an organiser
    saved: frozenset[str] = frozenset()  # ids of all talks that they saved
    similar: tuple[SimilarTalk, ...] = ()  # still to come, and without a clash with what they saved


NO_USER_STATE = UserTalkState()


def talk_card(
    talk: Talk,
    ctx: RenderContext,
    user_state: UserTalkState = NO_USER_STATE,
    links: Sequence[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The modal with everything known about a talk (docs.slack.dev/reference/views/modal-views).

    `links` are `(label, address)` of ways into a calendar.
    """
    when = talk_text.day_and_time(talk, ctx)
    track = escape(shorten(talk.track.title, 150)) if talk.track else ""
    cut_title = [talk_text.escaped_title(talk, 500)] if len(talk.title) > HEADER_CHARACTERS else []
    heading = [*cut_title, *([escape(shorten(talk.subtitle, 500))] if talk.subtitle else [])]
    when_and_where = f"*{talk_text.join_parts(when, talk_text.escaped_place(talk))}*"
    facts = (when_and_where, track, _state_lines(talk, ctx, user_state), *talk_text.organiser_note(talk))
    blocks: list[Block] = [
        header(talk.title),
        *([section("\n".join(heading))] if heading else []),
        section("\n".join(filter(None, facts))),
        actions(_card_buttons(talk, user_state)),
        *_link_buttons(links),
        *(
            section(talk_text.speaker_introduction(speaker), button("About", action_ids.SPEAKER_SHOWN, speaker.id))
            for speaker in talk.speakers[:MAX_SPEAKERS_SHOWN]
        ),
        *_rating_block(talk, ctx.now, user_state),
        divider(),
        *(section(piece) for piece in paragraphs(escape_with_links(shorten(talk.abstract, ABSTRACT_CHARACTERS)))),
        *_similar_talks(talk, user_state, ctx),
        *_related_talks(talk, ctx, user_state.saved),
    ]
    links_out = ((talk.url, "Web page"), (talk.stream, "Stream"), (talk.recording, "Recording"))
    more = [f"<{url}|{label}>" for url, label in links_out if is_link(url)]
    blocks += [context(" · ".join(more))] if more else []
    return inputs.modal(action_ids.CARD, "Session", blocks, metadata=talk.id)


def _state_lines(talk: Talk, ctx: RenderContext, user_state: UserTalkState) -> str:
    """The state of the talk now, and whether the person saved it, in one line."""
    clash = (
        f"Clashes with {quoted_titles(user_state.clashes)}"
        if talk.id in user_state.saved and user_state.clashes
        else ""
    )
    states = talk_text.status_mark(talk, ctx), talk_text.running_state(talk, ctx)
    return talk_text.join_parts(*states, "On your agenda" if talk.id in user_state.saved else "", clash)


def _card_buttons(talk: Talk, user_state: UserTalkState) -> list[dict[str, Any]]:
    save = (
        button("Remove from my agenda", action_ids.UNSAVE, talk.id)
        if talk.id in user_state.saved
        else button("Save", action_ids.SAVE, talk.id)
    )
    organise = [button("Organise…", action_ids.ORGANISE, talk.id)] if user_state.may_organise else []
    return [save, button("Share…", action_ids.SHARE_TALK, talk.id), *organise]


def _link_buttons(links: Sequence[tuple[str, str]]) -> list[Block]:
    opening = [
        button(label, action_ids.numbered(action_ids.LINK, at), url=url) for at, (label, url) in enumerate(links)
    ]
    return [actions(opening)] if opening else []


def _rating_block(talk: Talk, now: datetime, user_state: UserTalkState) -> list[Block]:
    """The question how the talk was, from its start on."""
    if now < talk.start or talk.is_break or talk.cancelled:
        return []
    vote = messages.VOTE_LABELS.get(user_state.vote)
    asked = f"*How was it?* Your vote: {vote}" if vote else "*How was it?*"
    return [section(asked), actions(messages.vote_buttons(talk))]


def _similar_talks(talk: Talk, user_state: UserTalkState, ctx: RenderContext) -> list[Block]:
    """Similar talks by others: those by the same speakers follow under a heading of their own."""
    by_others = [similar for similar in user_state.similar if set(similar.talk.speakers).isdisjoint(talk.speakers)]
    if not by_others:
        return []
    style = RowStyle(user_state.saved, day=True)
    return [section("*Similar, and still to come*"), *similar_rows(by_others, ctx, style)]


def _related_talks(talk: Talk, ctx: RenderContext, saved: frozenset[str]) -> list[Block]:
    """Other talks of its speakers, and talks at the same time."""
    others = [other for other in ctx.schedule.talks if other.id != talk.id]
    theirs = [other for other in others if not set(other.speakers).isdisjoint(talk.speakers)]
    clashing = [other for other in others if overlaps(talk, other) and not other.is_break]
    by_speakers = "Also by these speakers" if len(talk.speakers) > 1 else "Also by this speaker"
    blocks: list[Block] = []
    if theirs:
        rows = talk_rows(theirs[:MAX_RELATED], ctx, RowStyle(saved, day=True))
        blocks += [section(bold(by_speakers)), *rows, *map(context, and_more(len(theirs) - MAX_RELATED))]
    if clashing:
        more = inputs.talks_at_button("See all", talk.start, ctx.conference) if len(clashing) > MAX_RELATED else None
        blocks += [section("*At the same time*", more), *talk_rows(clashing[:MAX_RELATED], ctx, RowStyle(saved))]
    return blocks


BIO_CHARACTERS = 6_000

MAX_TALKS = 25  # talks of one speaker


def finder_view() -> dict[str, Any]:
    """The modal with two menus that fill while one types."""
    text = section("Type a few letters of a title, a topic or a name.")
    talks = inputs.external_menu("A talk…", action_ids.DETAILS_FOUND)
    speakers = inputs.external_menu("A speaker…", action_ids.SPEAKER_FOUND)
    return inputs.modal(action_ids.FINDER, "Find a talk", [text, actions([talks, speakers])])


def speaker_view(speaker: Speaker, ctx: RenderContext, saved: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The modal on a speaker and their talks; `saved` are the ids of the talks that the reader saved."""
    given = ctx.schedule.talks_by(speaker)[:MAX_TALKS]
    blocks = [
        section(talk_text.speaker_introduction(speaker)),
        *talk_rows(given, ctx, RowStyle(saved, day=True, speakers=False)),
        *(section(piece) for piece in paragraphs(escape_with_links(shorten(speaker.bio, BIO_CHARACTERS)))),
    ]
    return inputs.modal(action_ids.SPEAKER, "Speaker", blocks, metadata=speaker.id)
