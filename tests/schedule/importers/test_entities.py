"""HTML entities in titles and names, in every format."""

from html import escape

import pytest

from bot.schedule.importers.formats import import_schedule
from bot.schedule.models import Schedule
from tests.schedule.importers.table import OURS

# The text in our samples, the text with entities that takes its place, and the text that people read.
TEXTS = {
    "Pouring at scale": ("Q&amp;A: &lt;algorithm&gt; isn&#39;t &amp;amp;", "Q&A: <algorithm> isn't &amp;"),
    "Great Hall": ("Salle &Eacute;toile", "Salle Étoile"),
    "Brewing": ("R&amp;D", "R&D"),
    "Prata": ("Pr&auml;ta", "Präta"),
    "Teapot Days": ("T&eacute;a Days", "Téa Days"),
}

SAMPLES = sorted(file.name for suffix in ("json", "ics", "xml") for file in OURS.glob(f"*.{suffix}"))


def with_entities(name: str) -> Schedule:
    text = (OURS / name).read_text(encoding="utf-8")
    for plain, (encoded, _) in TEXTS.items():
        text = text.replace(plain, escape(encoded) if name.endswith("xml") else encoded)
    return import_schedule(text.encode(), name).schedule


def names_in(schedule: Schedule) -> list[str]:
    return [
        schedule.conference.name,
        *(talk.title for talk in schedule.talks),
        *(room.name for room in schedule.rooms),
        *(track.title for track in schedule.tracks),
        *(speaker.name for speaker in schedule.speakers),
    ]


@pytest.mark.parametrize("name", SAMPLES)
def test_entities_are_decoded_once_in_every_name(name: str) -> None:
    read = names_in(with_entities(name))
    as_plain = names_in(import_schedule((OURS / name).read_bytes(), name).schedule)
    expected = list(as_plain)
    for plain, (_, decoded) in TEXTS.items():
        expected = [text.replace(plain, decoded) for text in expected]
    assert sorted(read) == sorted(expected)
    assert expected != as_plain


def test_ids_are_made_from_decoded_text() -> None:
    schedule = with_entities("frab.xml")
    assert {"salle-etoile"} <= {room.id for room in schedule.rooms}
    assert {"r-d"} <= {track.id for track in schedule.tracks}
    assert "pr-auml" not in str(schedule.speakers)
