"""The format: which keys each part of a schedule file has. data/README.md is its reference for people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of mapping in the file, under the name a person gives it."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        return self.required + self.optional

    @property
    def a_name(self) -> str:
        """The name with its article: `a talk`, `an info entry`."""
        return f"{'an' if self.name[0] in 'aeiou' else 'a'} {self.name}"


SCHEDULE = Part("schedule", ("conference",), ("rooms", "tracks", "speakers", "talks", "info"))
CONFERENCE = Part("conference", ("name", "timezone", "days"), ("url",))
ROOM = Part("room", ("id", "name"), ("floor",))
TRACK = Part("track", ("id", "title"), ("day", "room", "host", "description"))
SPEAKER = Part("speaker", ("id", "name"), ("role", "affiliation", "bio"))
TALK = Part(
    "talk",
    ("id", "title", "start", "end"),
    (
        "subtitle",
        "kind",
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
    ),
)
INFO = Part("info entry", ("ask", "answer"))

PARTS = (SCHEDULE, CONFERENCE, ROOM, TRACK, SPEAKER, TALK, INFO)
