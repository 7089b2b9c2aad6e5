"""What the chapters on models share: which split and length are headline, what is evaluated, and words for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Sentence
from models_py.reports.page.wording import claim

# of what an item type or entity type is, several
NOUNS = {"track": "tracks", "artist": "artists", "user": "listeners"}
TASKS = {
    "discovery": "Discovery",
    "repeat": "Playing again",
    "all": "Anything",
    "new_artists": "New artists only",
}
MEANINGS = {
    "discovery": "{noun} that the listener had not played",
    "repeat": "{noun} that the listener had played before",
    "all": "{noun}, played before or not",
    "new_artists": "{noun} by artists that the listener had not played",
}
KINDS = {
    "known_artist": "by artists the listener knew",
    "new_artist": "by artists new to the listener",
    "known_group": "of groups the listener knew",
    "new_group": "of groups new to the listener",
}
NOTHING = "Not enough data: no play was kept (load_audit says why)."
# the length at which lists are judged, among a query's columns
K = "(select headline_k from marts.evaluation_parameters) as k"


@dataclass(frozen=True)
class Study:
    """The study that the marts are of.

    Attributes
    ----------
    marts : Marts
    split : str
        The split whose results are headline.
    k : int
        The length at which lists are judged.
    has_times : bool
        Whether plays have times.
    item_types : sequence of str
        What is played: tracks, artists, both or nothing.
    """

    marts: Marts
    split: str
    k: int
    has_times: bool
    item_types: Sequence[str]

    @classmethod
    def of(cls, marts: Marts) -> "Study":
        """Ask for it."""
        first = marts.ask(
            """
            select
                default_split,
                headline_k,
                exists (from marts.users where first_played_at is not null) as has_times,
                (select string_agg(distinct item_type, ',' order by item_type) from marts.user_item_plays) as item_types
            from marts.evaluation_parameters
            """
        ).first
        return cls(
            marts,
            first["default_split"],
            first["headline_k"],
            first["has_times"],
            first["item_types"].split(",") if first["item_types"] else (),
        )

    @property
    def is_demo(self) -> bool:
        """Whether the listeners are made up."""
        return self.marts.is_demo

    def says(self, text: str, sql: str = "") -> Sentence:
        """Make a sentence; one on the demo starts with what its figures are of."""
        return Sentence(claim(text, self.is_demo), sql)


@dataclass(frozen=True)
class Board:
    """One leaderboard of the headline split.

    Attributes
    ----------
    study : Study
    item_type : str
    task : str
    """

    study: Study
    item_type: str
    task: str

    @property
    def name(self) -> str:
        """How its blocks are called."""
        return f"{self.item_type}_{self.task}"

    @property
    def noun(self) -> str:
        """What is recommended, several."""
        return NOUNS[self.item_type]

    @property
    def title(self) -> str:
        """What it is of, at the start of a title."""
        return f"{TASKS[self.task]}, {self.noun}"

    @property
    def meaning(self) -> str:
        """The same within a sentence."""
        return MEANINGS[self.task].format(noun=self.noun)

    @property
    def ndcg(self) -> str:
        """What the headline metric is called."""
        return f"NDCG@{self.study.k}"

    def of_type(self, table: str) -> str:
        """Write the condition of a table's rows of its split and item type."""
        return f"{table}.split_name = {literal(self.study.split)} and {table}.item_type = {literal(self.item_type)}"

    def only(self, table: str) -> str:
        """Write the same for its task alone."""
        return f"{self.of_type(table)} and {table}.task = {literal(self.task)}"


def boards(study: Study) -> list[Board]:
    """Give the leaderboards of the headline split, tracks and discovery first."""
    asked = study.marts.ask(
        f"""
        select distinct item_type, task
        from marts.model_leaderboard
        where split_name = {literal(study.split)}
        order by item_type desc, case task when 'discovery' then 0 when 'new_artists' then 1 when 'repeat' then 2 end
        """
    )
    return [Board(study, row["item_type"], row["task"]) for row in asked.rows]
