"""Where names stand in a picture of stacked areas, so that each is on its own as far as it can, and none on another."""

from collections.abc import Sequence

from models_py.reports.page.blocks import Row

# pixels across the picture on a phone: what is apart there is apart everywhere
NARROWEST = 290
CHARACTER, LINE = 7, 14
LONGEST = 22
# places under a name that are looked at
SAMPLES = 7

Box = tuple[float, float, float, float]


def placed_labels(rows: Sequence[Row], periods: Sequence[str], height: int) -> list[dict[str, object]]:
    """Choose a place for the name of each area.

    Parameters
    ----------
    rows : sequence of mapping
        Of each period and rank: artist, bottom and top.
    periods : sequence of str
        All of them, in order and equally long.
    height : int
        Pixels of the picture.

    Returns
    -------
    list of dict
        rank, period, place (on the axis of plays), label, and align, by which a name at an edge stays inside. The first
        rank chooses first: where its area is thick, and much of the name is on it. A name for which there is no room is
        left out.
    """
    scale = height / max(row["top"] for row in rows)
    taken: list[Box] = []
    labels = []
    for rank in sorted({row["rank"] for row in rows}):
        area = [row for row in rows if row["rank"] == rank]
        candidates = [_candidate(area, number, len(periods), scale) for number in range(len(periods))]
        for _, number, box, align in sorted(candidates, key=lambda found: found[0], reverse=True):
            row = area[number]
            if row["top"] > row["bottom"] and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                place = (row["bottom"] + row["top"]) / 2
                label = _short(str(row["artist"]))
                labels.append({"rank": rank, "period": periods[number], "place": place, "label": label, "align": align})
                break
    return labels


def _candidate(area: Sequence[Row], number: int, count: int, scale: float) -> tuple[float, int, Box, str]:
    """Judge a name in the middle of an area at a period: how well it is on the area, its box, and its alignment."""
    step = NARROWEST / (count - 1)
    row, x = area[number], number * step
    y = scale * (row["bottom"] + row["top"]) / 2
    wide = CHARACTER * len(_short(str(row["artist"])))
    align = "left" if x < wide / 2 else "right" if x > NARROWEST - wide / 2 else "center"
    left = x - {"left": 0, "center": wide / 2, "right": wide}[align]
    under = [(left + wide * sample / (SAMPLES - 1)) / step for sample in range(SAMPLES)]
    inside = sum(_at(area, "bottom", place) * scale < y < _at(area, "top", place) * scale for place in under)
    return inside * (row["top"] - row["bottom"]), number, (left, y - LINE / 2, left + wide, y + LINE / 2), align


def _at(area: Sequence[Row], edge: str, place: float) -> float:
    """Height of an edge between periods."""
    before = min(max(int(place), 0), len(area) - 2)
    share = min(max(place - before, 0), 1)
    return area[before][edge] * (1 - share) + area[before + 1][edge] * share


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
