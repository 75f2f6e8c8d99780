"""The report as one page that opens anywhere: nothing is fetched, nothing runs, and every text of others is escaped."""

from collections.abc import Sequence

import htpy as h
from markupsafe import Markup

from bot.schedule.model import Conference
from bot.views import times
from bot.views.blocks import shorten
from bot.views.feedback import WORDS
from bot.views.report.bars import Bar, chart, legend
from bot.views.report.figures import BOUNDS_S, FEW, OFTEN, PROMPT_S, Asked, OfTalk, Punctuality, Report, Sent
from bot.views.report.style import STYLE
from bot.views.report.tables import FILES
from bot.views.report.words import KINDS, MESSAGES, number, percent, share, total

SHOWN = 20  # talks or words in one chart; all of them are in the tables
COMMENTS = 5  # of one talk
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

Section = Sequence[h.Node]


def page(report: Report) -> str:
    """The HTML document."""
    title = f"{report.conference.name}: report"
    sections = (_saved(report), _rated(report), _written(report), _asked(report), _reminded(report), _reading())
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=POLICY),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.meta(name="color-scheme", content="light dark"),
            h.title[title],
            h.style[Markup(STYLE)],  # noqa: S704  # our own
        ],
        h.body[_head(report), h.main[(h.section[section] for section in sections)]],
    ]
    return "".join(document.iter_chunks())


def _head(report: Report) -> h.Element:
    conference = report.conference
    as_of = f"as of {times.day(report.at, conference)} {times.at(report.at, conference)}"
    return h.header[
        h.p(".kicker")["Report"],
        h.h1[conference.name],
        h.p(".faint")[f"{_days(conference)} · {as_of}, venue time"],
        h.dl(".tiles")[
            (h.div[h.dt[name], h.dd[figure], h.dd(".faint")[more]] for name, figure, more in _tiles(report))
        ],
    ]


def _days(conference: Conference) -> str:
    first, last = conference.days[0], conference.days[-1]
    span = times.day(first, conference)
    return f"{span if first == last else f'{span} to {times.day(last, conference)}'} {last.year}"


def _tiles(report: Report) -> Sequence[tuple[str, str, str]]:
    asked, reminders = report.asked, report.punctuality
    sent = sum(one.sent for one in reminders)
    on_time = sum(one.on_time for one in reminders)
    questions = total(asked)
    return (
        ("People who saved talks", number(report.savers), f"{number(report.reminded)} were reminded"),
        ("Votes", number(report.votes), f"by {number(report.voters)} people"),
        ("Questions", number(questions), share(asked.answered, questions, "answered")),
        ("Reminders", number(sent), share(on_time, sent, "on time")),
    )


def _saved(report: Report) -> Section:
    saved = report.most_saved[:SHOWN]
    most = max((one.saved or 0 for one in saved), default=1)
    bars = [_of_talk(one, number(one.saved), (("accent", (one.saved or 0) / most),)) for one in saved]
    none = f"No talk was saved by {FEW} people or more."
    return (h.h2["Most saved"], chart(bars) if bars else h.p[none], _rest(len(report.most_saved)))


def _rated(report: Report) -> Section:
    few = report.rated_by_few
    withheld = f"{few} more {'talk has' if few == 1 else 'talks have'} fewer than {FEW} votes: so few are not told."
    return (
        h.h2["Best rated"],
        h.p(".faint")["In order of the share of green; where few voted, it counts for less."],
        legend((colour, f"{colour.title()}: {words}") for colour, words in WORDS.items()),
        chart(map(_rating, report.best_rated[:SHOWN])) if report.best_rated else h.p[f"No talk has {FEW} votes yet."],
        h.p(".faint")[withheld] if few else None,
        _rest(len(report.best_rated)),
    )


def _rating(one: OfTalk) -> Bar:
    assert one.rating is not None  # noqa: S101  # only such are best rated
    counts = {"green": one.rating.green, "yellow": one.rating.yellow, "red": one.rating.red}
    parts = tuple((colour, count / one.rating.votes) for colour, count in counts.items())
    below = " · ".join(f"{number(count)} {colour}" for colour, count in counts.items() if count)
    return _of_talk(one, percent(one.rating.green, one.rating.votes), parts, below)


def _of_talk(one: OfTalk, figure: str, parts: tuple[tuple[str, float], ...], below: str = "") -> Bar:
    return Bar(shorten(one.title, 150), figure, parts, shorten(one.speakers, 80), below)


def _rest(found: int) -> h.Node:
    return h.p(".faint")[f"{found - SHOWN} more talks are in ", _link("talks.csv"), "."] if found > SHOWN else None


def _written(report: Report) -> Section:
    talks = [one for one in report.talks if one.comments]
    if not talks:
        return (h.h2["What people wrote"], h.p["Nobody wrote anything with their vote."])
    return (h.h2["What people wrote"], [_comments(one) for one in talks])


def _comments(one: OfTalk) -> h.Element:
    hidden = len(one.comments) - COMMENTS
    more = h.p(".faint")[f"and {hidden} more in ", _link("comments.csv")] if hidden > 0 else None
    return h.div(".talk")[
        h.h3[shorten(one.title, 150), h.small[shorten(one.speakers, 80)]],
        (h.blockquote[comment] for comment in one.comments[:COMMENTS]),
        more,
    ]


def _asked(report: Report) -> Section:
    if not report.days:
        return (h.h2["Questions"], h.p["Nobody asked anything."])
    by_day = [_bar_of(one, times.day(one.day, report.conference), report.days) for one in report.days if one.day]
    by_kind = [_bar_of(one, KINDS[one.kind], report.kinds) for one in report.kinds]
    return (
        h.h2["Questions"],
        legend((("accent", "answered"), ("warm", "not answered"))),
        h.div(".pair")[h.div[h.h3["By day"], chart(by_day)], h.div[h.h3["By what was asked"], chart(by_kind)]],
        _missing(report),
    )


def _bar_of(one: Asked, label: str, beside: Sequence[Asked]) -> Bar:
    most = max((each.answered or 0) + (each.unanswered or 0) for each in beside) or 1
    parts = (("accent", (one.answered or 0) / most), ("warm", (one.unanswered or 0) / most))
    below = "" if one.unanswered == 0 else f"{number(one.unanswered)} not answered"
    return Bar(label, number(total(one)), parts, below=below)


def _missing(report: Report) -> Section:
    often = report.missing[:SHOWN]
    most = often[0][1] if often else 1
    rarely, hidden = report.missing_rarely, len(report.missing) - SHOWN
    return (
        h.h3["What nobody talks about"],
        h.p(".faint")[f"Words of questions that no session has, asked for {OFTEN} times or more."],
        chart(Bar(shorten(words, 100), number(asked), (("warm", asked / most),)) for words, asked in often)
        if often
        else h.p["None was."],
        h.p(".faint")[f"{hidden} more are in ", _link("unanswered.csv"), "."] if hidden > 0 else None,
        h.p(".faint")[f"{number(rarely)} others were asked for less often: those are not told."] if rarely else None,
    )


def _reminded(report: Report) -> Section:
    punctual = [one for one in report.punctuality if one.sent]
    return (
        h.h2["Reminders"],
        h.p(".faint")[
            f"On time is a reminder to a channel within {PROMPT_S} seconds of when it was due, "
            "and one to a person before the session began: a crowd is told one after the other."
        ],
        h.div(".pair")[map(_late, punctual)] if punctual else h.p["None was sent."],
        _messages(report.sent) if report.sent else None,
    )


def _late(one: Punctuality) -> h.Element:
    whom = "To people" if one.to_people else "To channels"
    labels = [_within(bound) for bound in BOUNDS_S] + ["later"]
    colours = ["accent"] * len(BOUNDS_S) + ["warm"]
    bars = [
        Bar(label, number(count), ((colour, count / max(one.within)),))
        for label, count, colour in zip(labels, one.within, colours, strict=True)
    ]
    return h.div[h.h3[f"{whom}: {percent(one.on_time, one.sent)} on time"], chart(bars)]


def _within(seconds: int) -> str:
    return f"within {seconds} s" if seconds < 60 else f"within {seconds // 60} min"


def _messages(sent: Sequence[Sent]) -> h.Element:
    heads = ("Messages", "sent", "too late", "refused", "withdrawn", "under way")
    rows = (
        h.tr[
            h.th(scope="row")[f"{MESSAGES.get(one.kind, one.kind)} to {'people' if one.to_people else 'channels'}"],
            (h.td[number(n)] for n in (one.sent, one.too_late, one.refused, one.withdrawn, one.under_way)),
        ]
        for one in sent
    )
    return h.div(".wide", tabindex="0", role="region", aria_label="Messages")[
        h.table[h.thead[h.tr[(h.th(scope="col")[head] for head in heads)]], h.tbody[rows]]
    ]


def _reading() -> Section:
    return (
        h.h2["How to read this"],
        h.p[
            f"Nobody can be traced by it. What fewer than {FEW} people did is told as “fewer than {FEW}”, colours of fewer than "
            f"{FEW} votes are not told, and what people wrote stands in alphabetical order, without names or votes. Questions "
            "were counted without their words, and the words that nothing was found for without who used them."
        ],
        h.p["The figures, to count with:"],
        h.ul[(h.li[_link(name), f": {what}"] for name, what in FILES.items())],
    )


def _link(name: str) -> h.Element:
    return h.a(href=name)[name]
