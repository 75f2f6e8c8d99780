"""Render the suggestions for a person in App Home, and the form in which they choose their interests; read that form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.blockkit import action_ids, inputs, talk_text
from bot.blockkit.blocks import OPTIONS, Block, button, context, escape, option, plain, section
from bot.blockkit.talk_row import RowStyle, talk_row
from bot.blockkit.talk_text import RenderContext
from bot.planning.interests import TOPIC_CHARACTERS, Suggestion, topic_key
from bot.planning.wishes import clauses_of, topics_of
from bot.questions.language import wish_words

MOST_TOPICS = 10

BY_SAVED = "by-saved"  # the value of the one checkbox


@dataclass(frozen=True, slots=True)
class ForYou:
    """The talks that one person may want to see next, and what they go by."""

    suggestions: Sequence[Suggestion] = ()
    topics: Sequence[str] = ()
    by_saved: bool = False  # what they saved and liked counts, too

    @property
    def is_chosen(self) -> bool:
        """Tell whether the person wants suggestions."""
        return bool(self.topics) or self.by_saved


def for_you_section(for_you: ForYou, saved: frozenset[str], ctx: RenderContext) -> list[Block]:
    """The suggestions with their reasons, and the way to the interests."""
    choose = button("Interests…", action_ids.INTERESTS)
    if not for_you.is_chosen:
        text = "*For you*\nChoose what interests you, and I'll suggest what to see next. Nobody else sees your choice."
        return [section(text, choose)]
    style = RowStyle(saved, day=True, dismissable=True)
    rows = [talk_row(row.talk, ctx, style, talk_text.reason_line(row.reason)) for row in for_you.suggestions]
    sources = [*for_you.topics, *(["what I saved and liked"] if for_you.by_saved else [])]
    nothing = [] if rows else [section("Nothing still to come fits your interests and your agenda.")]
    return [section("*For you*", choose), *rows, *nothing, context(f"Interests: {escape(' · '.join(sources))}")]


def interests_form(
    tracks: Sequence[str], topics: Sequence[str], chosen: Sequence[str], *, by_saved: bool
) -> dict[str, Any]:
    """The modal with the schedule's tracks and frequent topics to choose from, and a field for others."""
    groups = [(name, [option(title, topic_key(title)) for title in titles]) for name, titles in _groups(tracks, topics)]
    offered = {row["value"]: row for _, options in groups for row in options}
    saved_option = option("Also go by what I saved and liked", BY_SAVED)
    blocks = []
    if offered:
        menu = {
            "type": "multi_static_select",
            "action_id": "chosen",
            "placeholder": plain("Choose…", 150),
            "option_groups": inputs.option_groups(groups),
            "max_selected_items": MOST_TOPICS,
        }
        known = [offered[name] for name in chosen if name in offered][:MOST_TOPICS]
        menu |= {"initial_options": known} if known else {}
        blocks.append(inputs.labelled_field("offered", "Tracks and topics", menu, optional=True))
    others = ", ".join(name for name in chosen if name not in offered)
    hint = "Separated by commas: databases, testing"
    blocks.append(inputs.text_field("others", "Other topics", others, most=1_000, optional=True, hint=hint))
    box = {"type": "checkboxes", "action_id": "chosen", "options": [saved_option]}
    box |= {"initial_options": [saved_option]} if by_saved else {}
    blocks.append(inputs.labelled_field("by_saved", "My agenda", box, optional=True))
    return inputs.modal(action_ids.INTERESTS_SUBMITTED, "My interests", blocks, submit="Save", close="Cancel")


def _groups(tracks: Sequence[str], topics: Sequence[str]) -> Sequence[tuple[str, Sequence[str]]]:
    """The titles of each group, each topic once; long titles would be cut and not be found again."""
    named: dict[str, str] = {}
    for title in tracks[:OPTIONS]:
        if len(title) <= TOPIC_CHARACTERS:
            named.setdefault(topic_key(title), title)
    by_track = list(named.values())
    return (("Tracks", by_track), ("Topics", [title for title in topics if topic_key(title) not in named]))


def read_topics(text: str) -> tuple[str, ...]:
    """The topics in a text, each once and in lower case, at most ten; none for `none`."""
    parts = (part for clause in clauses_of(text) for part in topics_of(clause))
    named = tuple(dict.fromkeys(filter(None, map(topic_key, parts))))[:MOST_TOPICS]
    return () if len(named) == 1 and named[0] in wish_words("none") else named


def submitted_interests(values: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The topics of a submitted form, at most ten, and whether what was saved and liked counts, too."""
    chosen = [row["value"] for row in values.get("offered", {}).get("chosen", {}).get("selected_options") or ()]
    # Only commas and the like part them: a track may have `and` in its name.
    others = map(topic_key, re.split(r"[,;\n]", values["others"]["others"]["value"] or ""))
    topics = tuple(dict.fromkeys([*chosen, *filter(None, others)]))[:MOST_TOPICS]
    return topics, bool(values["by_saved"]["chosen"]["selected_options"])
