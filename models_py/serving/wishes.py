"""What one person's feedback asks for now; tables follow at the next build, by the same rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models_py.serving.catalogues import names_of
from models_py.sources.feedback import HIDE, KINDS, LOVE, Entry
from models_py.warehouse import NameIds, Warehouse

# Tasks that list nothing which somebody loves.
DISCOVERIES = ("discovery", "new_artists")


@dataclass(frozen=True)
class Wishes:
    """What one user's feedback asks for now.

    Attributes
    ----------
    hidden, loved : mapping of str to set of int
        Ids of items, by item type. A hidden artist's tracks are not among the hidden tracks.
    unmatched : tuple of Entry
        About what the warehouse does not have.
    """

    hidden: Mapping[str, set[int]]
    loved: Mapping[str, set[int]]
    unmatched: tuple[Entry, ...] = ()

    def withhold(self, item_type: str, task: str, item_id: int, artist_id: int) -> bool:
        """Tell whether an item is in no list: it or its artist is hidden, or it is loved and would be a discovery."""
        return (
            artist_id in self.hidden["artist"]
            or item_id in self.hidden[item_type]
            or (task in DISCOVERIES and item_id in self.loved[item_type])
        )


# Of somebody who has said nothing.
NO_WISHES = Wishes({"track": set(), "artist": set()}, {"track": set(), "artist": set()})


def wishes(warehouse: Warehouse, entries: Sequence[Entry], user_id: str) -> Wishes:
    """Find what a user's entries are about; of those about the same thing the one that was given last counts."""
    own = sorted((entry for entry in entries if entry.user_id == user_id), key=lambda entry: entry.given_on)
    if not own:
        return NO_WISHES
    ids = NameIds(warehouse)
    last: dict[tuple[str, int], str] = {}
    unmatched: list[Entry] = []
    for kind in KINDS:
        of_kind = [entry for entry in own if entry.item_type == kind]
        artists, titles = [entry.artist for entry in of_kind], [entry.title for entry in of_kind]
        items = (ids.artists(artists) if kind == "artist" else ids.tracks(artists, titles)).tolist()
        known = names_of(warehouse, kind, items)
        unmatched += [entry for entry, item in zip(of_kind, items, strict=True) if item not in known]
        last |= {(kind, item): entry.feedback for entry, item in zip(of_kind, items, strict=True) if item in known}
    hidden, loved = (
        {kind: {item for (of, item), said in last.items() if (of, said) == (kind, feedback)} for kind in KINDS}
        for feedback in (HIDE, LOVE)
    )
    return Wishes(hidden, loved, tuple(unmatched))
