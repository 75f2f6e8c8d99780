"""What a YAML parser complains of, said in words that help the one who wrote the file."""

import re

import yaml

from bot.schedule.problems import START, FilePosition

# What the parser says of the usual slips, and what we say.
SYNTAX_HINTS = (
    (
        "mapping values are not allowed",
        'A text with `: ` in it needs quotes, "like: this". Or is the line indented too far?',
    ),
    ("tab character", "Indent with spaces, not with tabs."),
    ("cannot start any token", "Indent with spaces, not with tabs. A text that begins with @, ` or % needs quotes."),
    ("escape", "In double quotes a backslash is written twice, `\\\\`; in single quotes, once."),
    ("quoted scalar", "A quote opens here that is not closed."),
    ("expected ',' or", "A bracket opens here that is not closed, or a comma is missing after it."),
    ("expected <block end>", "Is it indented like the lines above, and is every quote closed?"),
    ("did not find expected key", "Is it indented like the lines above, and is every quote closed?"),
    ("'-' indicator", "Is it indented like the lines above, and does each entry begin with `- `?"),
    ("could not find expected ':'", "Is there a colon and a space after the key, and is every quote closed?"),
)
# Slips that are better told where the thing began than where the file ended.
UNCLOSED = ("quoted scalar", "expected ',' or")


def syntax_error_text(error: yaml.YAMLError) -> tuple[FilePosition, str]:
    """Where the parser gave up, or what it never saw the end of began; and what to do about it."""
    said = ", ".join(part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    said = said or re.sub(r"\s+", " ", str(error))
    slip, advice = next((slip for slip in SYNTAX_HINTS if slip[0] in said), ("", f"The parser says: {said}."))
    mark = getattr(error, "context_mark" if slip in UNCLOSED else "problem_mark", None)
    return (FilePosition(mark.line + 1, mark.column + 1) if mark else START), f"This is not YAML. {advice}"
