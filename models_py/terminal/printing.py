r"""The one place that prints: names, users and paths are data, shown as text and never read as markup.

What would steer a terminal or turn the order of letters (control characters, line ends, direction overrides and other
characters without a shape) is shown as an escape such as `\x1b` or `\u202e`, at a terminal and in a pipe.
"""

import json
import logging
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# control, format and surrogate characters, separators of lines and of paragraphs
SHAPELESS = ("Cc", "Cf", "Cs", "Zl", "Zp")
# Persian and Indian scripts are misspelt without these two, and emoji fall apart
JOINERS = "\u200c\u200d"
NO_VALUE = "NULL"
# Columns, where no terminal says how many there are: more than any row has.
WIDE = 1_000_000


def visible(value: object) -> str:
    """Write a value as text with every character that has no shape as its escape; joiners of letters stay."""
    text = str(value)
    return text if text.isprintable() else "".join(map(_visible_character, text))


def say(text: object) -> None:
    """Print one line."""
    from rich.text import Text

    console().print(Text(visible(text)))


def complain(text: object) -> None:
    """Print one line to stderr."""
    print(visible(text), file=sys.stderr)


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], align: str) -> None:
    """Print a table: at a terminal long cells go on in the next line, elsewhere a row is one line; nothing is cut off.

    Parameters
    ----------
    title : str
        Printed before it; none where it is empty.
    headings : sequence of str
    rows : iterable of sequences
        A value that is None is printed as NULL.
    align : str
        A letter for each column: 'l' for text, 'r' for numbers.
    """
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE)
    for heading, letter in zip(headings, align, strict=True):
        table.add_column(Text(visible(heading)), justify="right" if letter == "r" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(NO_VALUE if value is None else visible(value)) for value in row))
    if title:
        say(title)
    console().print(table)


def print_csv(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV, where no value is an empty field and an empty text is two quotes."""
    for row in chain([headings], rows):
        print(",".join(map(_csv_field, row)))


def print_json(value: object) -> None:
    """Print a value as JSON; dataclasses are objects, and what would steer a terminal is an escape."""
    print(json.dumps(value, default=vars, indent=2))


def only_own_words() -> None:
    """Let nothing through but what this package says: no warnings of libraries, and own warnings as plain lines."""
    logging.captureWarnings(True)
    logging.getLogger().addHandler(logging.NullHandler())
    own = logging.getLogger("models_py")
    own.addHandler(_Complaints(logging.WARNING))
    own.propagate = False
    # what the encoding of a terminal or pipe lacks is escaped too
    sys.stdout.reconfigure(errors="backslashreplace")


@cache
def console() -> "Console":
    """Give the console, for bars; everything else goes through the functions here."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) in SHAPELESS and character not in JOINERS:
        return character.encode("unicode_escape").decode()
    return character


class _Complaints(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        complain(record.getMessage())


def _csv_field(value: object) -> str:
    text = "" if value is None else visible(value)
    quoted = '"' in text or "," in text or value == ""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if quoted else text
