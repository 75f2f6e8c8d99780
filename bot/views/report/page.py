"""The report as one page that opens anywhere: nothing is fetched, nothing runs, and every text of others is escaped."""

from collections.abc import Sequence

import htpy as h
from markupsafe import Markup

from bot.schedule.model import Conference
from bot.views import times
from bot.views.blocks import shorten
from bot.views.feedback import VOTE_LABELS
from bot.views.report.bars import Bar, bar_chart, chart_legend
from bot.views.report.figures import (
    BOUNDS_S,
    MIN_COUNT,
    MIN_TIMES_ASKED,
    ON_TIME_S,
    ConferenceReport,
    MessageStats,
    PunctualityStats,
    QuestionStats,
    TalkStats,
)
from bot.views.report.style import STYLE
from bot.views.report.tables import CSV_FILES
from bot.views.report.words import (
    MESSAGE_KIND_NAMES,
    QUESTION_KIND_NAMES,
    count_text,
    percent_text,
    share_text,
    total_questions,
)

PAGE_TALKS = 20  # talks or words in one chart; all of them are in the tables
PAGE_COMMENTS = 5  # of one talk
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

Section = Sequence[h.Node]


def report_page(report: ConferenceReport) -> str:
    """The HTML document."""
    title = f"{report.conference.name}: report"
    sections = (
        _saved_section(report),
        _rated_section(report),
        _comments_section(report),
        _questions_section(report),
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
            h.style[Markup(STYLE)],  # noqa: S704  # our own
        ],
        h.body[_page_head(report), h.main[(h.section[section] for section in sections)]],
    ]
    return "".join(document.iter_chunks())


def _page_head(report: ConferenceReport) -> h.Element:
    conference = report.conference
    as_of = f"as of {times.day_name(report.at, conference)} {times.clock_time(report.at, conference)}"
    return h.header[
        h.p(".kicker")["Report"],
        h.h1[conference.name],
        h.p(".faint")[f"{_days_text(conference)} · {as_of}, venue time"],
        h.dl(".tiles")[
            (h.div[h.dt[name], h.dd[figure], h.dd(".faint")[more]] for name, figure, more in _figure_tiles(report))
        ],
    ]


def _days_text(conference: Conference) -> str:
    first, last = conference.days[0], conference.days[-1]
    span = times.day_name(first, conference)
    return f"{span if first == last else f'{span} to {times.day_name(last, conference)}'} {last.year}"


def _figure_tiles(report: ConferenceReport) -> Sequence[tuple[str, str, str]]:
    asked, reminders = report.questions, report.punctuality
    sent = sum(one.sent for one in reminders)
    on_time = sum(one.on_time for one in reminders)
    questions = total_questions(asked)
    return (
        ("People who saved talks", count_text(report.savers), f"{count_text(report.reminded)} were reminded"),
        ("Votes", count_text(report.votes), f"by {count_text(report.voters)} people"),
        ("Questions", count_text(questions), share_text(asked.answered, questions, "answered")),
        ("Reminders", count_text(sent), share_text(on_time, sent, "on time")),
    )


def _saved_section(report: ConferenceReport) -> Section:
    saved = report.most_saved[:PAGE_TALKS]
    most = max((one.saved or 0 for one in saved), default=1)
    bars = [_talk_bar(one, count_text(one.saved), (("accent", (one.saved or 0) / most),)) for one in saved]
    none = f"No talk was saved by {MIN_COUNT} people or more."
    return (h.h2["Most saved"], bar_chart(bars) if bars else h.p[none], _more_text(len(report.most_saved)))


def _rated_section(report: ConferenceReport) -> Section:
    few = report.rated_by_few
    withheld = (
        f"{few} more {'talk has' if few == 1 else 'talks have'} fewer than {MIN_COUNT} votes: so few are not told."
    )
    return (
        h.h2["Best rated"],
        h.p(".faint")["In order of the share of green; where few voted, it counts for less."],
        chart_legend((colour, f"{colour.title()}: {words}") for colour, words in VOTE_LABELS.items()),
        bar_chart(map(_rating_bar, report.best_rated[:PAGE_TALKS]))
        if report.best_rated
        else h.p[f"No talk has {MIN_COUNT} votes yet."],
        h.p(".faint")[withheld] if few else None,
        _more_text(len(report.best_rated)),
    )


def _rating_bar(one: TalkStats) -> Bar:
    assert one.rating is not None  # noqa: S101  # only such are best rated
    counts = {"green": one.rating.green, "yellow": one.rating.yellow, "red": one.rating.red}
    parts = tuple((colour, count / one.rating.votes) for colour, count in counts.items())
    below = " · ".join(f"{count_text(count)} {colour}" for colour, count in counts.items() if count)
    return _talk_bar(one, percent_text(one.rating.green, one.rating.votes), parts, below)


def _talk_bar(one: TalkStats, figure: str, parts: tuple[tuple[str, float], ...], below: str = "") -> Bar:
    return Bar(shorten(one.title, 150), figure, parts, shorten(one.speakers, 80), below)


def _more_text(found: int) -> h.Node:
    return (
        h.p(".faint")[f"{found - PAGE_TALKS} more talks are in ", _file_link("talks.csv"), "."]
        if found > PAGE_TALKS
        else None
    )


def _comments_section(report: ConferenceReport) -> Section:
    talks = [one for one in report.talks if one.comments]
    if not talks:
        return (h.h2["What people wrote"], h.p["Nobody wrote anything with their vote."])
    return (h.h2["What people wrote"], [_talk_comments(one) for one in talks])


def _talk_comments(one: TalkStats) -> h.Element:
    hidden = len(one.comments) - PAGE_COMMENTS
    more = h.p(".faint")[f"and {hidden} more in ", _file_link("comments.csv")] if hidden > 0 else None
    return h.div(".talk")[
        h.h3[shorten(one.title, 150), h.small[shorten(one.speakers, 80)]],
        (h.blockquote[comment] for comment in one.comments[:PAGE_COMMENTS]),
        more,
    ]


def _questions_section(report: ConferenceReport) -> Section:
    if not report.days:
        return (h.h2["Questions"], h.p["Nobody asked anything."])
    by_day = [
        _question_bar(one, times.day_name(one.day, report.conference), report.days) for one in report.days if one.day
    ]
    by_kind = [_question_bar(one, QUESTION_KIND_NAMES[one.kind], report.kinds) for one in report.kinds]
    return (
        h.h2["Questions"],
        chart_legend((("accent", "answered"), ("warm", "not answered"))),
        h.div(".pair")[h.div[h.h3["By day"], bar_chart(by_day)], h.div[h.h3["By what was asked"], bar_chart(by_kind)]],
        _unanswered_section(report),
    )


def _question_bar(one: QuestionStats, label: str, beside: Sequence[QuestionStats]) -> Bar:
    most = max((each.answered or 0) + (each.unanswered or 0) for each in beside) or 1
    parts = (("accent", (one.answered or 0) / most), ("warm", (one.unanswered or 0) / most))
    below = "" if one.unanswered == 0 else f"{count_text(one.unanswered)} not answered"
    return Bar(label, count_text(total_questions(one)), parts, below=below)


def _unanswered_section(report: ConferenceReport) -> Section:
    often = report.unanswered[:PAGE_TALKS]
    most = often[0][1] if often else 1
    rarely, hidden = report.rarely_unanswered, len(report.unanswered) - PAGE_TALKS
    return (
        h.h3["What nobody talks about"],
        h.p(".faint")[f"Words of questions that no session has, asked for {MIN_TIMES_ASKED} times or more."],
        bar_chart(Bar(shorten(words, 100), count_text(asked), (("warm", asked / most),)) for words, asked in often)
        if often
        else h.p["None was."],
        h.p(".faint")[f"{hidden} more are in ", _file_link("unanswered.csv"), "."] if hidden > 0 else None,
        h.p(".faint")[f"{count_text(rarely)} others were asked for less often: those are not told."]
        if rarely
        else None,
    )


def _reminders_section(report: ConferenceReport) -> Section:
    punctual = [one for one in report.punctuality if one.sent]
    return (
        h.h2["Reminders"],
        h.p(".faint")[
            f"On time is a reminder to a channel within {ON_TIME_S} seconds of when it was due, "
            "and one to a person before the session began: a crowd is told one after the other."
        ],
        h.div(".pair")[map(_punctuality_bar, punctual)] if punctual else h.p["None was sent."],
        _messages_section(report.messages) if report.messages else None,
    )


def _punctuality_bar(one: PunctualityStats) -> h.Element:
    whom = "To people" if one.to_people else "To channels"
    labels = [_within_text(bound) for bound in BOUNDS_S] + ["later"]
    colours = ["accent"] * len(BOUNDS_S) + ["warm"]
    bars = [
        Bar(label, count_text(count), ((colour, count / max(one.within)),))
        for label, count, colour in zip(labels, one.within, colours, strict=True)
    ]
    return h.div[h.h3[f"{whom}: {percent_text(one.on_time, one.sent)} on time"], bar_chart(bars)]


def _within_text(seconds: int) -> str:
    return f"within {seconds} s" if seconds < 60 else f"within {seconds // 60} min"


def _messages_section(sent: Sequence[MessageStats]) -> h.Element:
    heads = ("Messages", "sent", "too late", "refused", "withdrawn", "under way")
    rows = (
        h.tr[
            h.th(scope="row")[
                f"{MESSAGE_KIND_NAMES.get(one.kind, one.kind)} to {'people' if one.to_people else 'channels'}"
            ],
            (h.td[count_text(n)] for n in (one.sent, one.too_late, one.refused, one.withdrawn, one.in_progress)),
        ]
        for one in sent
    )
    return h.div(".wide", tabindex="0", role="region", aria_label="Messages")[
        h.table[h.thead[h.tr[(h.th(scope="col")[head] for head in heads)]], h.tbody[rows]]
    ]


def _reading_notes() -> Section:
    return (
        h.h2["How to read this"],
        h.p[
            f"Nobody can be traced by it. What fewer than {MIN_COUNT} people did is told as “fewer than {MIN_COUNT}”, colours of fewer than "
            f"{MIN_COUNT} votes are not told, and what people wrote stands in alphabetical order, without names or votes. Questions "
            "were counted without their words, and the words that nothing was found for without who used them."
        ],
        h.p["The figures, to count with:"],
        h.ul[(h.li[_file_link(name), f": {what}"] for name, what in CSV_FILES.items())],
    )


def _file_link(name: str) -> h.Element:
    return h.a(href=name)[name]
