"""Bars: one kind of chart for all figures, as a list that reads well without its drawings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import htpy as h

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
    """What each colour stands for: `(colour, word)`."""
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
