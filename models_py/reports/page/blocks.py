"""What a page is made of: sections of sentences, charts and tables, each with the SQL that its figures come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Row = Mapping[str, object]


@dataclass(frozen=True)
class Sentence:
    """A statement about the data.

    Attributes
    ----------
    text : str
        With its figures in it, made from what `sql` gives and nothing else.
    sql : str
        The query that gives the figures; empty where there are none in it.
    is_lead : bool
        Whether it says in one line what the others under its heading say.
    """

    text: str
    sql: str = ""
    is_lead: bool = False


@dataclass(frozen=True)
class Chart:
    """A picture of one query's rows.

    Attributes
    ----------
    name : str
        Short, unique on the page: the id of the element and the name of the exported picture.
    title : str
        What is shown.
    caption : str
        What to see in it, in a sentence or two.
    alt : str
        The same for who cannot see it: the kind of chart, its axes and its main figures.
    spec : mapping
        Vega-Lite, with its data inside; colours by the names in `theme.py`.
    sql : str
        The query that gives the data.
    """

    name: str
    title: str
    caption: str
    alt: str
    spec: Mapping[str, object]
    sql: str


@dataclass(frozen=True)
class Column:
    """How a column of a table is shown.

    Attributes
    ----------
    name : str
        Its name among the query's columns.
    heading : str
        With the unit, where it has one.
    form : str
        Python's format of its numbers, such as ',' or '.3f'; empty for text.
    """

    name: str
    heading: str
    form: str = ""

    def text(self, row: Row) -> str:
        """Show a row's value; an en dash where there is none."""
        value = row[self.name]
        if value is None or value != value:
            return "–"
        return format(value, self.form) if self.form else str(value)


@dataclass(frozen=True)
class Table:
    """Rows to read, numbers aligned by their decimals."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    sql: str
    caption: str = ""


@dataclass(frozen=True)
class Missing:
    """A sentence in place of a chart or table whose data are not there, or are not enough.

    Attributes
    ----------
    text : str
        What is lacking.
    sql : str
        The query that gives the figures; empty where there are none in it.
    """

    text: str
    sql: str = ""


Block = Sentence | Chart | Table | Missing


@dataclass(frozen=True)
class Group:
    """Blocks under a heading of their own inside a section."""

    name: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Section:
    """A chapter of the page, an entry of its table of contents."""

    name: str
    title: str
    groups: Sequence[Group] = field(default_factory=tuple)
