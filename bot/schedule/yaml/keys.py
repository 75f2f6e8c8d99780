"""The keys that each part of a schedule file may have. data/README.md describes the format for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """One kind of mapping in the file, with the name that messages use for it."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return self.required + self.optional

    @property
    def name_with_article(self) -> str:
        """The name with its article: `a talk`, `an info entry`."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


SCHEDULE = RecordFormat(
    "schedule",
    ("conference",),
    ("rooms", "tracks", "speakers", "talks", "info", "walks", "former_rooms", "former_tracks"),
)

CONFERENCE = RecordFormat("conference", ("name", "timezone", "days"), ("url",))

ROOM = RecordFormat("room", ("id", "name"), ("floor", "seats", "key"))

WALK = RecordFormat("walk", ("from", "to", "minutes"))

TRACK = RecordFormat("track", ("id", "title"), ("day", "room", "host", "description", "key"))

SPEAKER = RecordFormat("speaker", ("id", "name"), ("role", "affiliation", "bio", "key"))

TALK = RecordFormat(
    "talk",
    ("id", "title", "start", "end"),
    (
        "subtitle",
        "kind",
        "level",
        "language",
        "speakers",
        "track",
        "room",
        "abstract",
        "url",
        "stream",
        "recording",
        "note",
        "full",
        "cancelled",
        "key",
    ),
)

INFO = RecordFormat("info entry", ("ask", "answer"))

RECORD_FORMATS = (SCHEDULE, CONFERENCE, ROOM, WALK, TRACK, SPEAKER, TALK, INFO)
