"""Where names stand in a picture of stacked areas, so that each is on its own as far as it can, and none on another."""

from collections.abc import Sequence
from unicodedata import east_asian_width

from models_py.reports.page.blocks import Row

# pixels across the picture on a phone: what is apart there is apart everywhere
NARROWEST = 290
CHARACTER, WIDE_CHARACTER, LINE = 8, 13, 14
LONGEST = 18
# of an area's thickness, from below; the middle first
LEVELS = (0.5, 0.3, 0.7)
# places under a name that are looked at
SAMPLES = 7

Box = tuple[float, float, float, float]


def placed_labels(rows: Sequence[Row], height: int) -> list[dict[str, object]]:
    """Choose a place for the name of each area.

    Parameters
    ----------
    rows : sequence of mapping
        Of each period, in order and equally long, and rank: artist, bottom and top.
    height : int
        Pixels of the picture.

    Returns
    -------
    list of dict
        area (its rank), at (a period), place (on the axis of plays), label, and align, by which a name at an edge stays
        inside. The first rank chooses first: where its area is thick, and much of the name is on it. A name for which
        there is no room is left out.
    """
    scale = height / max(row["top"] for row in rows)
    taken: list[Box] = []
    labels = []
    for rank in sorted({row["rank"] for row in rows}):
        area = [row for row in rows if row["rank"] == rank]
        name = _short(str(area[0]["artist"]))
        places = ((number, level) for number, row in enumerate(area) for level in LEVELS if row["top"] > row["bottom"])
        candidates = (_candidate(area, number, level, name, scale) for number, level in places)
        for _, box, label in sorted(candidates, key=lambda found: -found[0]):
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                labels.append({"area": rank, "label": name, **label})
                break
    return labels


def _candidate(
    area: Sequence[Row], number: int, level: float, name: str, scale: float
) -> tuple[float, Box, dict[str, object]]:
    """Judge a name at a period and level of an area: how well it is on the area, its box and what places it."""
    step = NARROWEST / (len(area) - 1)
    row, x = area[number], number * step
    thickness = row["top"] - row["bottom"]
    place = row["bottom"] + level * thickness
    wide = sum(WIDE_CHARACTER if east_asian_width(letter) in "WF" else CHARACTER for letter in name)
    align = "left" if x < wide / 2 else "right" if x > NARROWEST - wide / 2 else "center"
    left, y = x - {"left": 0, "center": wide / 2, "right": wide}[align], scale * place
    under = [(left + wide * sample / (SAMPLES - 1)) / step for sample in range(SAMPLES)]
    inside = sum(_at(area, "bottom", each) < place < _at(area, "top", each) for each in under)
    box = (left, y - LINE / 2, left + wide, y + LINE / 2)
    return inside * thickness, box, {"at": row["period"], "place": place, "align": align}


def _at(area: Sequence[Row], edge: str, place: float) -> float:
    """Height of an edge between periods."""
    before = min(max(int(place), 0), len(area) - 2)
    share = min(max(place - before, 0), 1)
    return area[before][edge] * (1 - share) + area[before + 1][edge] * share


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
