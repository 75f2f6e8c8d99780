"""The texts that word vectors are made from: some 80,000 on everything and on software, and questions about talks.

The former are definitions and descriptions from packages of Debian. WordNet 3.0 (Copyright 2006 by Princeton University) may
be used for any purpose with its notice; the descriptions of Debian's packages are free as these are. Nothing of them is kept
but the vectors. The talks in paraphrases/ are invented, and so are the questions, which avoid the words of their talk.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

LONGEST = 45  # words of a text that are read
EVERY = 3  # of the 118,000 definitions one in so many is read, so that descriptions are half of the texts
_DESCRIPTION = re.compile(r"^Description-en: (.*)\n((?: .*\n)*?)(?: \.$|(?! ))", re.MULTILINE)


def texts() -> list[str]:
    """The texts, each of them once, in the same order for the same packages."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _fetch(folder)
        return sorted({" ".join(text.split()[:LONGEST]) for text in (*_definitions(folder), *_descriptions(folder))})


def paraphrases() -> Iterator[tuple[str, str]]:
    """Pairs of a talk's text and a question about it in other words; the pairs of one talk follow each other."""
    for file in sorted((Path(__file__).parent / "paraphrases").glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            talk = json.loads(line)
            yield from ((f"{talk['title']}. {talk['abstract']}", question) for question in talk["questions"])


def _fetch(folder: Path) -> None:
    (folder / "partial").mkdir()
    settings = {
        "Dir::State::Lists": folder,
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        "Acquire::Languages": "en",
        "Acquire::GzipIndexes": "false",
        "APT::Sandbox::User": "root",
    }
    apt = ["apt-get", "--quiet", *(f"--option={name}={value}" for name, value in settings.items())]
    _run([*apt, "update"], folder)
    _run([*apt, "download", "wordnet-base"], folder)
    (package,) = folder.glob("wordnet-base_*.deb")
    _run(["dpkg-deb", "--extract", package.name, "wordnet"], folder)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  # fixed arguments


def _definitions(folder: Path) -> Iterator[str]:
    """Words of one meaning, then what they mean."""
    lines = (
        line
        for file in sorted(folder.glob("wordnet/usr/share/wordnet/data.*"))
        for line in file.read_text(encoding="ascii").splitlines()
        if not line.startswith(" ")
    )
    for number, line in enumerate(lines):
        if number % EVERY == 0:
            head, _, meaning = line.partition(" | ")
            fields = head.split()
            words = [word.split("(")[0].replace("_", " ") for word in fields[4 : 4 + 2 * int(fields[3], 16) : 2]]
            yield f"{', '.join(words[:4])}: {meaning}"


def _descriptions(folder: Path) -> Iterator[str]:
    """A line on a package, then the first paragraph, which packages of one program share."""
    lines = {
        paragraph: line
        for file in sorted(folder.glob("*_Translation-en"))
        for line, paragraph in _DESCRIPTION.findall(file.read_text(encoding="utf-8"))
    }
    return (f"{line}. {paragraph}" for paragraph, line in lines.items())
