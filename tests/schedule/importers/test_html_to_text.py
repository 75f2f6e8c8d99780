from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.schedule.importers.html_to_text import to_plain_text
from bot.schedule.texts import paragraphs
from tests.yardstick import at_most


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<p>One<br>two</p>\n<p>three\nfour</p>", "One\ntwo\n\nthree four"),
        ("<ul>\n<li>a</li>\n<li><p>b</p></li>\n</ul>", "• a\n• b"),
        ("<p>See <a href='https://x.org/a?b=1&amp;c=2'>this</a>.</p>", "See this (https://x.org/a?b=1&c=2)."),
        ("<p><a href='https://x.org/'>x.org</a></p>", "x.org"),
        ("<p><a href='/relative'>here</a> <a href='javascript:alert(1)'>there</a></p>", "here there"),
        ("<p>a &lt;!channel&gt; &amp;amp; b</p>", "a <!channel> &amp; b"),
        ("<h2>Head</h2>text<hr>more", "Head\n\ntext\n\nmore"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>before</p><script>alert(1)</script><style>p {}</style><!-- never --><p>after</p>", "before\n\nafter"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("It is <i>dead</i>?\n\nNo.", "It is dead?\n\nNo."),
        ("one<br />\ntwo", "one\ntwo"),
        ("A List<String> of <b>things</b>", "A List<String> of things"),
        ("1 < 2 && 3 > 2", "1 < 2 && 3 > 2"),
        ("Q&amp;A &nbsp;", "Q&A"),
        ("# Head\n\n**Bold**, *it*, _too_, `*code*`", "Head\n\nBold, it, too, `*code*`"),
        ("* a\n* b\n\n1. c", "• a\n• b\n\n1. c"),
        ("[here](https://x.org), <https://y.org>, [there](#a)", "here (https://x.org), https://y.org, there"),
        ("![a picture](https://x.org/a.png)", "a picture (https://x.org/a.png)"),
        ("> quoted\n\n---\n\nHead\n====\ntext", "quoted\n\nHead\n\ntext"),
        ("```\n__init__ * 2\n```", "__init__ * 2"),
        (
            "__init__, 2 * 3 * 4, 2*3*4, snake_case_name, C#, #tag",
            "__init__, 2 * 3 * 4, 2*3*4, snake_case_name, C#, #tag",
        ),
        (r"1\. not \*this\*", "1. not *this*"),
        ("a\r\n\r\n\r\n\r\nb  \n c\x07", "a\n\nb\n c"),
        ("", ""),
    ],
)
def test_markup_becomes_plain_text(text: str, read: str) -> None:
    assert to_plain_text(text) == read


@given(st.text(st.sampled_from("<>/abp &;*_`[]()#\\\n-!\"'=x")))
def test_the_plain_text_of_any_markup_is_in_normal_form(text: str) -> None:
    assert to_plain_text(text) == paragraphs(to_plain_text(text))


BOMBS = ["<", "<!", "<!--", "<a ", "<a b='", "</", "&", "&#", "<?", "<p>", "<a href=", "<a href='https://x.org'>",
         "*", "**a", "_a ", "[", "[a](", "[a](b ", "![", "`", "\\", "# ", "> ", "- ", "a b\n", "<b ", "href=   "]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.slow
def test_a_hostile_text_is_read_in_time_proportional_to_its_length(bomb: str) -> None:
    bombs = bomb * (80_000 // len(bomb))
    for hostile in (bombs, f"<p>{bombs}{' ' * 19_000}x"):
        assert len(at_most(0.3, partial(to_plain_text, hostile))) <= len(hostile)  # nothing grows
