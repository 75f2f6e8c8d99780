"""Files that take as much memory as possible for their size, in every format."""

import itertools
from collections.abc import Callable, Iterator

Pieces = Iterator[bytes]

WIDE = "\N{SAUROPOD}".encode()  # one such character makes Python keep a text with four bytes per character

TIMES_XML = b"<date>2031-05-09T10:00:00+01:00</date><start>10:00</start><duration>1:00</duration>"

TIMES_JSON = b'"date":"2031-05-09T10:00:00+01:00","start":"10:00","duration":"01:00"'

TIMES_YAML = b"start: 2031-05-09 10:00, end: 2031-05-09 11:00"

TIMES_ICS = b"DTSTART:20310509T100000Z\r\nDTEND:20310509T110000Z\r\n"

FRAB = b"<schedule><conference><title>C</title></conference><day date='2031-05-09'><room name='R'>"

FRAB_END = b"</room></day></schedule>"

EVENT = b"<event id='1'><title>T</title>" + TIMES_XML

V1 = b'{"schedule":{"conference":{"title":"C","days":[{"date":"2031-05-09","rooms":{"R":['

V1_END = b"]}}]}}}"

OWN = b"conference: {name: C, timezone: Europe/London, days: [2031-05-09]}\ntalks:\n"

ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"

ICS_EVENT = b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:T\r\n" + TIMES_ICS

ICS_END = b"END:VEVENT\r\nEND:VCALENDAR\r\n"


def filled(begin: bytes, pieces: Pieces, end: bytes, size: int) -> bytes:
    """Make a file of this size from as many pieces as fit."""
    room, chosen = size - len(begin) - len(end), []
    for piece in pieces:
        if (room := room - len(piece)) < 0:
            break
        chosen.append(piece)
    return begin + b"".join(chosen) + end


def numbered(pattern: bytes) -> Pieces:
    """Yield the pattern with `#` replaced by 0, 1, 2, ..."""
    return (pattern.replace(b"#", b"%d" % number) for number in itertools.count())


def same(piece: bytes) -> Pieces:
    return itertools.repeat(piece)


def in_text(piece: bytes, begin: bytes, end: bytes) -> tuple[bytes, Pieces, bytes]:
    return begin, same(piece), end


# name -> beginning, pieces without end, end
CASES: dict[str, Callable[[], tuple[bytes, Pieces, bytes]]] = {
    # XML
    "xml: attributes on one element": lambda: (FRAB + b"<event", numbered(b" a#='1'"), b"/>" + FRAB_END),
    "xml: attributes on every element": lambda: (FRAB, same(b"<a b='' c='' d='' e='' f='' g='' h=''/>"), FRAB_END),
    "xml: one attribute each": lambda: (FRAB, numbered(b"<a b#=''/>"), FRAB_END),
    "xml: a long attribute": lambda: (FRAB + b"<event a='", same(b"x"), b"'/>" + FRAB_END),
    "xml: elements": lambda: (FRAB, same(b"<a/>"), FRAB_END),
    "xml: names of elements": lambda: (FRAB, numbered(b"<a#/>"), FRAB_END),
    "xml: namespaces": lambda: (FRAB, numbered(b"<a xmlns:b#='u#'/>"), FRAB_END),
    "xml: nesting": lambda: (b"<schedule>", same(b"<a>"), b""),
    "xml: comments": lambda: (FRAB, same(b"<!---->"), FRAB_END),
    "xml: instructions": lambda: (FRAB, same(b"<?a b?>"), FRAB_END),
    "xml: texts between": lambda: (FRAB, same(b"<a/>" + WIDE), FRAB_END),
    "xml: small events": lambda: (FRAB, numbered(b"<event id='#'><title>T#</title>" + TIMES_XML + b"</event>"), FRAB_END),
    "xml: wide events": lambda: (FRAB, numbered(b"<event id='#'><title>T#</title>" + TIMES_XML + b"<abstract>" + WIDE + b"x" * 3_000 + b"</abstract></event>"), FRAB_END),
    "xml: persons": lambda: (FRAB + EVENT + b"<persons>", numbered(b"<person id='#'>N#</person>"), b"</persons></event>" + FRAB_END),
    "xml: links": lambda: (FRAB + EVENT + b"<links>", same(b"<link href='a'>b</link>"), b"</links></event>" + FRAB_END),
    "xml: a long text": lambda: in_text(b"xy ", FRAB + EVENT + b"<abstract>" + WIDE, b"</abstract></event>" + FRAB_END),
    "xml: a text of references": lambda: in_text(b"&#38;", FRAB + EVENT + b"<abstract>" + WIDE, b"</abstract></event>" + FRAB_END),
    "xml: a text of tags": lambda: in_text(b"&lt;b>", FRAB + EVENT + b"<abstract>" + WIDE, b"</abstract></event>" + FRAB_END),
    "xml: a text of lines": lambda: in_text(b"x\n", FRAB + EVENT + b"<abstract>" + WIDE, b"</abstract></event>" + FRAB_END),
    "xml: a text of sections": lambda: in_text(b"<![CDATA[x]]>", FRAB + EVENT + b"<abstract>" + WIDE, b"</abstract></event>" + FRAB_END),
    "xml: rooms": lambda: (FRAB[:-15], numbered(b"<room name='#'><event id='#'><title>T</title>" + TIMES_XML + b"</event></room>"), b"</day></schedule>"),
    # JSON
    "json: lists": lambda: (V1, same(b"[],"), b"[]" + V1_END),
    "json: objects": lambda: (V1, same(b'{"":0},'), b"{}" + V1_END),
    "json: keys": lambda: (V1 + b"{", numbered(b'"#":0,'), b'"":0}' + V1_END),
    "json: numbers": lambda: (V1, same(b"1.5,"), b"0" + V1_END),
    "json: texts": lambda: (V1, numbered(b'"\xc3\xa9#",'), b"0" + V1_END),
    "json: wide texts": lambda: (V1, same(b'"' + WIDE + b'x",'), b"0" + V1_END),
    "json: nesting": lambda: (V1, same(b"[" * 400 + b"]" * 400 + b","), b"0" + V1_END),
    "json: small events": lambda: (V1, numbered(b'{"id":#,"title":"T#",' + TIMES_JSON + b"},"), b"{}" + V1_END),
    "json: wide events": lambda: (V1, numbered(b'{"id":#,"title":"T#","abstract":"' + WIDE + b"x" * 3_000 + b'",' + TIMES_JSON + b"},"), b"{}" + V1_END),
    "json: persons": lambda: (V1 + b'{"title":"T",' + TIMES_JSON + b',"persons":[', numbered(b'{"name":"N#"},'), b"{}]}" + V1_END),
    "json: a long text": lambda: in_text(b"xy ", V1 + b'{"title":"T",' + TIMES_JSON + b',"abstract":"' + WIDE, b'"}' + V1_END),
    "json: a text of escapes": lambda: in_text(b"\\n", V1 + b'{"title":"T",' + TIMES_JSON + b',"abstract":"' + WIDE, b'"}' + V1_END),
    "json: a text of tags": lambda: in_text(b"<b>", V1 + b'{"title":"T",' + TIMES_JSON + b',"abstract":"' + WIDE, b'"}' + V1_END),
    "json: a text of marks": lambda: in_text(b"*a* `b` ", V1 + b'{"title":"T",' + TIMES_JSON + b',"abstract":"' + WIDE, b'"}' + V1_END),
    "json: a long title": lambda: in_text(b"xy ", V1 + b'{' + TIMES_JSON + b',"title":"' + WIDE, b'"}' + V1_END),
    "json: rooms": lambda: (V1[:-5], numbered(b'"R#":[{"title":"T",' + TIMES_JSON + b"}],"), b'"":[]}}]}}}'),
    # YAML
    "yaml: values": lambda: (OWN + b"- [", same(b"a,"), b"]\n"),
    "yaml: texts": lambda: (OWN + b"- [", same(WIDE + b"x,"), b"]\n"),
    "yaml: keys": lambda: (OWN + b"- {", numbered(b"a#: ,"), b"}\n"),
    "yaml: lists": lambda: (OWN + b"- [", same(b"[],"), b"]\n"),
    "yaml: mappings": lambda: (OWN + b"- [", same(b"{},"), b"]\n"),
    "yaml: anchors": lambda: (OWN + b"- [", numbered(b"&a# a,"), b"]\n"),
    "yaml: comments": lambda: (OWN, same(b"#" + WIDE + b"\n"), b""),
    "yaml: a long key": lambda: (OWN + b'- {"', same(b"x"), b'": a}\n'),
    "yaml: a long text": lambda: in_text(b"xy ", OWN + b"- {id: t, title: T, " + TIMES_YAML + b', abstract: "' + WIDE, b'"}\n'),
    "yaml: a text of lines": lambda: in_text(b"x\\n", OWN + b"- {id: t, title: T, " + TIMES_YAML + b', abstract: "' + WIDE, b'"}\n'),
    "yaml: a long title": lambda: in_text(b"xy ", OWN + b"- {id: t, " + TIMES_YAML + b', title: "' + WIDE, b'"}\n'),
    "yaml: small talks": lambda: (OWN, numbered(b"- {id: t#, title: T#, " + TIMES_YAML + b"}\n"), b""),
    "yaml: wide talks": lambda: (OWN, numbered(b"- {id: t#, title: T#, " + TIMES_YAML + b', abstract: "' + WIDE + b"x" * 3_000 + b'"}\n'), b""),
    "yaml: aliases": lambda: (OWN + b"- &a {id: t, title: T, " + TIMES_YAML + b"}\n", same(b"- *a\n"), b""),
    # iCalendar
    "ics: properties": lambda: (ICS + ICS_EVENT, same(b"A:\r\n"), ICS_END),
    "ics: names": lambda: (ICS + ICS_EVENT, numbered(b"X-#:\r\n"), ICS_END),
    "ics: dates": lambda: (ICS + ICS_EVENT, same(b"RDATE:20310509T100000Z\r\n"), ICS_END),
    "ics: lists of dates": lambda: (ICS + ICS_EVENT + b"RDATE:20310509", same(b",20310509"), b"\r\n" + ICS_END),
    "ics: categories": lambda: (ICS + ICS_EVENT + b"CATEGORIES:a", same(b",a"), b"\r\n" + ICS_END),
    "ics: parameters": lambda: (ICS + ICS_EVENT + b"X", numbered(b";A#=B"), b":x\r\n" + ICS_END),
    "ics: values of a parameter": lambda: (ICS + ICS_EVENT + b"X;A=b", same(b",b"), b":x\r\n" + ICS_END),
    "ics: parameters everywhere": lambda: (ICS + ICS_EVENT, same(b"X;A=B;C=D:x\r\n"), ICS_END),
    "ics: components": lambda: (ICS + ICS_EVENT, same(b"BEGIN:X\r\nEND:X\r\n"), ICS_END),
    "ics: nesting": lambda: (ICS + ICS_EVENT, same(b"BEGIN:X\r\n"), ICS_END),
    "ics: rules": lambda: (ICS + ICS_EVENT, same(b"RRULE:FREQ=DAILY\r\n"), ICS_END),
    "ics: attendees": lambda: (ICS + ICS_EVENT, numbered(b"ATTENDEE;CN=N#:m\r\n"), ICS_END),
    "ics: zones": lambda: (ICS, numbered(b"BEGIN:VTIMEZONE\r\nTZID:Z#\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"), ICS_EVENT + ICS_END),
    "ics: small events": lambda: (ICS, numbered(b"BEGIN:VEVENT\r\nUID:#\r\nSUMMARY:T#\r\n" + TIMES_ICS + b"END:VEVENT\r\n"), ICS_EVENT + ICS_END),
    "ics: wide events": lambda: (ICS, numbered(b"BEGIN:VEVENT\r\nUID:#\r\nSUMMARY:T#\r\n" + TIMES_ICS + b"DESCRIPTION:" + WIDE + b"x" * 3_000 + b"\r\nEND:VEVENT\r\n"), ICS_EVENT + ICS_END),
    "ics: a long text": lambda: in_text(b"xy ", ICS + ICS_EVENT + b"DESCRIPTION:" + WIDE, b"\r\n" + ICS_END),
    "ics: a folded text": lambda: in_text(b"x\r\n ", ICS + ICS_EVENT + b"DESCRIPTION:" + WIDE, b"\r\n" + ICS_END),
    "ics: calendars": lambda: (b"", same(ICS + b"END:VCALENDAR\r\n"), ICS + ICS_EVENT + ICS_END),
}  # fmt: skip


def worst_case(name: str, size: int) -> bytes:
    """Make the file of this name, a little smaller than `size` bytes."""
    return filled(*CASES[name](), size)
