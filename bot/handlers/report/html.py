"""Draw the report as one page that opens anywhere: it fetches and runs nothing, and others' text is escaped.

Figures are bars in a list, which reads well without its drawings. How the page looks stands in report.css.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources

import htpy as h
from markupsafe import Markup

from bot.blockkit import talk_text
from bot.blockkit.blocks import shorten
from bot.handlers.feedback.messages import COUNTED_VOTES, MIN_COUNT, VOTE_LABELS
from bot.handlers.report.demand import demand_lists
from bot.handlers.report.export import CSV_FILES
from bot.handlers.report.figures import (
    BOUNDS_S,
    MESSAGE_KIND_NAMES,
    MIN_TIMES_ASKED,
    ON_TIME_S,
    QUESTION_KIND_NAMES,
    ConferenceReport,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    TalkStats,
    count_text,
    percent_text,
    share_text,
)

CHART_WIDTH = 1_000  # of a whole bar, in the drawing's own units; on the page it is as wide as there is room


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a chart: what it stands for, how much of the whole width it fills, the figure in words."""

    label: str
    figure: str
    parts: tuple[tuple[str, float], ...]  # a colour of the page's style and a share of the width, from 0 to 1
    beside: str = ""  # smaller, under the label
    below: str = ""  # smaller, under the drawing


def bar_chart(bars: Iterable[Bar]) -> h.Element:
    """The bars below each other. Colours repeat what the words say."""
    return h.ol(".bars")[map(_bar_line, bars)]


def chart_legend(colours: Iterable[tuple[str, str]]) -> h.Element:
    """The meaning of each colour: `(colour, word)`."""
    return h.ul(".legend", aria_hidden="true")[(h.li[h.i(f".{colour}"), word] for colour, word in colours)]


def _bar_line(bar: Bar) -> h.Element:
    return h.li[
        h.p(".label")[bar.label, bar.beside and h.small[bar.beside]],
        h.div(".drawn")[_bar_parts(bar.parts), bar.below and h.small[bar.below]],
        h.p(".figure")[bar.figure],
    ]


def _bar_parts(parts: Sequence[tuple[str, float]]) -> h.Element:
    drawn, at = [], 0
    for colour, share in parts:
        width = max(round(share * CHART_WIDTH), 4) if share else 0  # a little is seen, too
        drawn.append(h.rect(f".{colour}", x=at, width=width, height=10))
        at += width
    return h.svg(viewBox=f"0 0 {CHART_WIDTH} 10", preserveAspectRatio="none", aria_hidden="true")[drawn]


PAGE_TALKS = 20  # talks or words in one chart; all of them are in the tables
PAGE_COMMENTS = 5  # of one talk

POLICY = "default-src 'none'; style-src 'unsafe-inline'"

Section = Sequence[h.Node]


def report_page(report: ConferenceReport) -> str:
    title = f"{report.conference.name}: report"
    style = resources.files("bot.handlers.report").joinpath("report.css").read_text(encoding="utf-8")
    sections = (
        _saved_section(report),
        _rated_section(report),
        _comments_section(report),
        _questions_section(report),
        _demand_section(report),
        _reminders_section(report),
        _reading_notes(),
    )
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=POLICY),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.meta(name="color-scheme", content="light dark"),
            h.title[title],
            h.style[Markup(style)],  # noqa: S704  # our own
        ],
        h.body[_page_head(report), h.main[(h.section[section] for section in sections)]],
    ]
    return "".join(document.iter_chunks())


def _page_head(report: ConferenceReport) -> h.Element:
    conference = report.conference
    as_of = f"as of {talk_text.day_name(report.at, conference)} {talk_text.clock_time(report.at, conference)}"
    return h.header[
        h.p(".kicker")["Report"],
        h.h1[conference.name],
        h.p(".faint")[f"{talk_text.conference_days(conference)} · {as_of}, venue time"],
        h.dl(".tiles")[
            (h.div[h.dt[name], h.dd[figure], h.dd(".faint")[more]] for name, figure, more in _figure_tiles(report))
        ],
    ]


def _figure_tiles(report: ConferenceReport) -> Sequence[tuple[str, str, str]]:
    asked, reminders = report.questions, report.punctuality
    sent = sum(stats.sent for stats in reminders)
    on_time = sum(stats.on_time for stats in reminders)
    questions = asked.total
    return (
        ("People who saved talks", count_text(report.savers), f"{count_text(report.reminded)} were reminded"),
        ("Votes", count_text(report.votes), f"by {count_text(report.voters)} people"),
        ("Questions", count_text(questions), share_text(asked.answered, questions, "answered")),
        ("Reminders", count_text(sent), share_text(on_time, sent, "on time")),
    )


def _saved_section(report: ConferenceReport) -> Section:
    saved = report.most_saved[:PAGE_TALKS]
    most = max((talk.saved or 0 for talk in saved), default=1)
    bars = [_talk_bar(talk, count_text(talk.saved), (("accent", (talk.saved or 0) / most),)) for talk in saved]
    none = f"No talk was saved by {MIN_COUNT} people or more."
    return (h.h2["Most saved"], bar_chart(bars) if bars else h.p[none], _more_text(len(report.most_saved)))


def _rated_section(report: ConferenceReport) -> Section:
    few = report.rated_by_few
    withheld = (
        f"{few} more {'talk has' if few == 1 else 'talks have'} fewer than {MIN_COUNT} votes, so they are hidden."
    )
    return (
        h.h2["Best rated"],
        h.p(".faint")["Ordered by the share of people who liked it; a few votes count for less."],
        chart_legend((colour, f"{colour.title()}: {words}") for colour, words in VOTE_LABELS.items()),
        bar_chart(map(_rating_bar, report.best_rated[:PAGE_TALKS]))
        if report.best_rated
        else h.p[f"No talk has {MIN_COUNT} votes yet."],
        h.p(".faint")[withheld] if few else None,
        _more_text(len(report.best_rated)),
    )


def _rating_bar(talk: TalkStats) -> Bar:
    assert talk.rating is not None  # noqa: S101  # only such are best rated
    counts: dict[str, int] = talk.rating._asdict()
    parts = tuple((colour, count / talk.rating.total) for colour, count in counts.items())
    below = " · ".join(f"{count_text(count)} {COUNTED_VOTES[colour]}" for colour, count in counts.items() if count)
    return _talk_bar(talk, percent_text(talk.rating.green, talk.rating.total), parts, below)


def _talk_bar(talk: TalkStats, figure: str, parts: tuple[tuple[str, float], ...], below: str = "") -> Bar:
    return Bar(shorten(talk.title, 150), figure, parts, shorten(talk.speakers, 80), below)


def _more_text(found: int) -> h.Node:
    return (
        h.p(".faint")[f"{found - PAGE_TALKS} more talks are in ", _file_link("talks.csv"), "."]
        if found > PAGE_TALKS
        else None
    )


def _comments_section(report: ConferenceReport) -> Section:
    talks = [talk for talk in report.talks if talk.comments]
    if not talks:
        return (h.h2["Comments"], h.p["No comments yet."])
    return (h.h2["Comments"], [_talk_comments(talk) for talk in talks])


def _talk_comments(talk: TalkStats) -> h.Element:
    hidden = len(talk.comments) - PAGE_COMMENTS
    more = h.p(".faint")[f"and {hidden} more in ", _file_link("comments.csv")] if hidden > 0 else None
    return h.div(".talk")[
        h.h3[shorten(talk.title, 150), h.small[shorten(talk.speakers, 80)]],
        (h.blockquote[comment] for comment in talk.comments[:PAGE_COMMENTS]),
        more,
    ]


def _questions_section(report: ConferenceReport) -> Section:
    if not report.days:
        return (h.h2["Questions"], h.p["No questions yet."])
    by_day = [
        _question_bar(stats, talk_text.day_name(stats.day, report.conference), report.days)
        for stats in report.days
        if stats.day
    ]
    by_kind = [_question_bar(stats, QUESTION_KIND_NAMES[stats.kind], report.kinds) for stats in report.kinds]
    return (
        h.h2["Questions"],
        chart_legend((("accent", "answered"), ("warm", "not answered"))),
        h.div(".pair")[h.div[h.h3["By day"], bar_chart(by_day)], h.div[h.h3["By what was asked"], bar_chart(by_kind)]],
        _unanswered_section(report),
    )


def _question_bar(stats: QuestionStats, label: str, beside: Sequence[QuestionStats]) -> Bar:
    most = max((day.answered or 0) + (day.unanswered or 0) for day in beside) or 1
    parts = (("accent", (stats.answered or 0) / most), ("warm", (stats.unanswered or 0) / most))
    below = "" if stats.unanswered == 0 else f"{count_text(stats.unanswered)} not answered"
    return Bar(label, count_text(stats.total), parts, below=below)


def _unanswered_section(report: ConferenceReport) -> Section:
    often = report.unanswered[:PAGE_TALKS]
    most = often[0][1] if often else 1
    rarely, hidden = report.rarely_unanswered, len(report.unanswered) - PAGE_TALKS
    return (
        h.h3["Searches without results"],
        h.p(".faint")[f"Words that match no session, searched for {MIN_TIMES_ASKED} times or more."],
        bar_chart(Bar(shorten(words, 100), count_text(asked), (("warm", asked / most),)) for words, asked in often)
        if often
        else h.p["None."],
        h.p(".faint")[f"{hidden} more are in ", _file_link("unanswered.csv"), "."] if hidden > 0 else None,
        h.p(".faint")[f"{count_text(rarely)} others were searched for less often and are hidden."] if rarely else None,
    )


def _demand_section(report: ConferenceReport) -> Section:
    """Topics without a talk, clashes and small rooms, in the words of the report in Slack."""
    lists = demand_lists(report.demand, report.conference)
    return (
        h.h2["Demand"],
        [(h.h3[heading], [h.p[line] for line in (*lines, *more)]) for heading, lines, more in lists]
        or h.p[f"Nothing is wanted by {MIN_COUNT} people or more."],
    )


def _reminders_section(report: ConferenceReport) -> Section:
    punctual = [stats for stats in report.punctuality if stats.sent]
    return (
        h.h2["Reminders"],
        h.p(".faint")[
            f"A reminder to a channel counts as on time within {ON_TIME_S} seconds of when it was due; one to a person, before "
            "the session starts, since many people are reminded one after the other."
        ],
        h.div(".pair")[map(_punctuality_bar, punctual)] if punctual else h.p["None sent yet."],
        _messages_section(report.messages) if report.messages else None,
    )


def _punctuality_bar(stats: PunctualityStats) -> h.Element:
    whom = "To people" if stats.to_people else "To channels"
    labels = [_within_text(bound) for bound in BOUNDS_S] + ["later"]
    colours = ["accent"] * len(BOUNDS_S) + ["warm"]
    bars = [
        Bar(label, count_text(count), ((colour, count / max(stats.within)),))
        for label, count, colour in zip(labels, stats.within, colours, strict=True)
    ]
    return h.div[h.h3[f"{whom}: {percent_text(stats.on_time, stats.sent)} on time"], bar_chart(bars)]


def _within_text(seconds: int) -> str:
    return f"within {seconds} s" if seconds < 60 else f"within {seconds // 60} min"


def _messages_section(sent: Sequence[MessageStats]) -> h.Element:
    heads = ("Messages", "sent", "too late", "refused", "withdrawn", "under way")
    head = h.thead[h.tr[(h.th(scope="col")[name] for name in heads)]]
    table = h.table[head, h.tbody[map(_message_row, sent)]]
    return h.div(".wide", tabindex="0", role="region", aria_label="Messages")[table]


def _message_row(stats: MessageStats) -> h.Element:
    kind = MESSAGE_KIND_NAMES.get(stats.kind, stats.kind)
    numbers = (stats.sent, stats.too_late, stats.refused, stats.withdrawn, stats.in_progress)
    what = h.th(scope="row")[f"{kind} to {'people' if stats.to_people else 'channels'}"]
    return h.tr[what, (h.td[count_text(number)] for number in numbers)]


def _reading_notes() -> Section:
    return (
        h.h2["How to read this"],
        h.p[
            f"Nobody can be identified in this report. Counts below {MIN_COUNT} appear as “fewer than {MIN_COUNT}”, ratings appear once "
            f"a talk has {MIN_COUNT} votes, and comments are in alphabetical order, without names or votes. Questions are counted "
            "without their words, and searches without results are listed without who made them."
        ],
        h.p["The figures as files:"],
        h.ul[(h.li[_file_link(name), f": {what}"] for name, what in CSV_FILES.items())],
    )


def _file_link(name: str) -> h.Element:
    return h.a(href=name)[name]
