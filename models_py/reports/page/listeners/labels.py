"""Where names stand in a picture of stacked areas, so that each is inside its own and none covers another."""

from collections.abc import Sequence

from models_py.reports.page.blocks import Row

# as wide as the picture is on a phone: what is apart there is apart everywhere
NARROWEST = 290
CHARACTER, LINE = 6.5, 15
LONGEST = 22


def placed_labels(rows: Sequence[Row], periods: Sequence[str], height: int) -> list[dict[str, object]]:
    """Choose a place for the name of each area.

    Parameters
    ----------
    rows : sequence of mapping
        Of each period and rank: artist, bottom and top.
    periods : sequence of str
        All of them, in order.
    height : int
        Pixels of the picture.

    Returns
    -------
    list of dict
        period, place (on the axis of plays), label, and align, by which a name at an edge stays inside. Areas are tried
        from the first rank on, thick places first; a name for which there is no room is left out.
    """
    highest = max(row["top"] for row in rows)
    step = NARROWEST / max(len(periods) - 1, 1)
    taken: list[tuple[float, float, float, float]] = []
    labels = []
    for rank in sorted({row["rank"] for row in rows}):
        of_rank = [row for row in rows if row["rank"] == rank and row["top"] > row["bottom"]]
        for row in sorted(of_rank, key=lambda row: row["bottom"] - row["top"]):
            label = _short(str(row["artist"]))
            x = periods.index(row["period"]) * step
            y = height * (row["bottom"] + row["top"]) / 2 / highest
            wide = CHARACTER * len(label)
            align = "left" if x < wide / 2 else "right" if x > NARROWEST - wide / 2 else "center"
            left = x - {"left": 0, "center": wide / 2, "right": wide}[align]
            box = (left, y - LINE / 2, left + wide, y + LINE / 2)
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                place = (row["bottom"] + row["top"]) / 2
                labels.append({"period": row["period"], "place": place, "label": label, "align": align})
                break
    return labels


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
