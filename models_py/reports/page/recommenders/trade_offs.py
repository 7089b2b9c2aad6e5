"""What accuracy is traded for: a catalogue used more widely, less known items, lists that are more varied."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing
from models_py.reports.page.drawing import TICKS, coloured, plane, written
from models_py.reports.page.placing import Span, placed
from models_py.reports.page.study import Board, K
from models_py.reports.page.theme import values
from models_py.reports.page.wording import named

# measure: title of its axis, how it is written, how a figure of it reads
MEASURES = {
    "coverage": ("Coverage: share of the catalogue", ".1~%", ".1%"),
    "novelty": ("Novelty (bits)", ".1f", ".2f"),
}
DIVERSITIES = {
    "tag_diversity": "Diversity of tags",
    "artist_diversity": "Distinct artists per item",
}
# of the accuracy, in lists that are about as good
LEAST_KEPT = 0.95
KINDS = {"artists": "@accent", "tags": "@second", "mix": "@third"}
HEIGHT = 300


def trade_offs(board: Board) -> list[Block]:
    """Draw accuracy against coverage and against novelty."""
    return [_plane(board, measure) for measure in MEASURES]


def diversity(board: Board) -> list[Block]:
    """Draw what varied lists cost, by each kind of diversity."""
    asked = board.study.marts.ask(
        f"""
        select
            a.model_name,
            a.diversity_kind,
            a.lambda as weight,
            round(a.ndcg_kept, 6) as kept,
            round(a.tag_diversity, 6) as tag_diversity,
            round(a.artist_diversity, 6) as artist_diversity,
            a.is_served,
            a.ndcg_kept >= {LEAST_KEPT} as is_kept,
            {LEAST_KEPT} as least_kept,
            {K}
        from marts.accuracy_diversity as a
        where {board.of_type("a")}
        order by a.diversity_kind, a.lambda
        """
    )
    charts = [
        _varied(board, measure, asked)
        for measure in DIVERSITIES
        if len({row[measure] for row in asked.rows if row["kept"] is not None} - {None}) > 1
    ]
    return charts or [
        Missing(
            f"Not enough data: lists of {board.noun} were not diversified (accuracy_diversity has no two values of "
            "diversity; by tags it needs tags)."
        )
    ]


def _plane(board: Board, measure: str) -> Block:
    title, axis_form, form = MEASURES[measure]
    asked = board.study.marts.ask(
        f"""
        with ranked as (
            select
                l.*,
                r.is_baseline,
                not exists (
                    from marts.model_leaderboard as o
                    where {board.only("o")} and o.ndcg >= l.ndcg and o.{measure} >= l.{measure}
                        and (o.ndcg > l.ndcg or o.{measure} > l.{measure})
                ) as is_unbeaten
            from marts.model_leaderboard as l
            inner join marts.model_runs as r
                on l.split_name = r.split_name and l.item_type = r.item_type and l.task = r.task
                and l.model_name = r.model_name
            where {board.only("l")} and l.{measure} is not null
        )

        select
            model_name,
            round(ndcg, 6) as ndcg,
            round({measure}, 5) as {measure},
            k,
            is_unbeaten,
            case
                when leaderboard_rank = 1 then 'leader'
                when is_unbeaten then 'level'
                when is_baseline then 'baseline'
                else 'other'
            end as role
        from ranked
        order by is_unbeaten desc, is_baseline desc, leaderboard_rank
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no model has a {measure} for {board.meaning} (model_leaderboard).")
    unbeaten = sorted((row for row in asked.rows if row["is_unbeaten"]), key=lambda row: row[measure])
    least, most = unbeaten[0], unbeaten[-1]
    names = named([row["model_name"] for row in unbeaten])
    alone = len(unbeaten) == 1
    return Chart(
        f"{measure}_{board.name}",
        f"{board.title}: accuracy against {measure}",
        f"{names} {'is' if alone else 'are'} blue: no other model has more of both"
        + ("." if alone else ", and the dashed line joins them.")
        + f" {least['model_name']} has the highest {board.ndcg} ({least['ndcg']:.3f}) at {measure} "
        f"{least[measure]:{form}}, {most['model_name']} the highest {measure} ({most[measure]:{form}}) at {board.ndcg} "
        f"{most['ndcg']:.3f}. Baselines are orange; names that would cover others are left out.",
        f"Points of {board.ndcg} over {measure}, one per model: {least['model_name']} is the most accurate "
        f"({least['ndcg']:.3f}, {least[measure]:{form}}), {most['model_name']} has the highest {measure} "
        f"({most['ndcg']:.3f}, {most[measure]:{form}}).",
        plane(asked.rows, (measure, title, axis_form), ("ndcg", f"{board.ndcg} (0 to 1)", ".2f"), joined=unbeaten),
        asked.sql,
    )


def _varied(board: Board, measure: str, asked: Answered) -> Chart:
    rows = [row for row in asked.rows if row["kept"] is not None and row[measure] is not None]
    across, up = Span.around([row[measure] for row in rows], 0.08), Span.around([row["kept"] for row in rows], 0.08)
    ends = {row["diversity_kind"]: {**row, "name": f"by {row['diversity_kind']}"} for row in rows}
    # lists that are as varied as they can be stay so, whatever the weight
    places = {(row["diversity_kind"], row[measure], row["kept"]): row for row in reversed(rows) if row["weight"] > 0}
    weights = [{**row, "name": f"{row['weight']:g}"} for row in places.values()]
    curves = [[row for row in rows if row["diversity_kind"] == kind] for kind in ends]
    labels = placed([*ends.values(), *weights], (measure, across), ("kept", up), "name", HEIGHT, lines=curves)
    position = {
        "x": alt.X(
            f"{measure}:Q",
            title=f"{DIVERSITIES[measure]} (0 to 1)",
            scale=across.scale(),
            axis=alt.Axis(format=".2f", grid=True, tickCount=TICKS),
        ),
        "y": alt.Y(
            "kept:Q",
            title=f"{board.ndcg} kept (own lists = 100%)",
            scale=up.scale(),
            axis=alt.Axis(format=".0%", tickCount=6),
        ),
    }
    base = alt.Chart(values(rows)).encode(**position, color=coloured(KINDS, "diversity_kind"))
    spec = alt.layer(
        base.mark_line(strokeWidth=2).encode(detail="diversity_kind:N", order="weight:Q"),
        base.mark_point(filled=True, size=45, opacity=1),
        *written(labels, position, coloured(KINDS, "diversity_kind"), 11),
    ).properties(width="container", height=HEIGHT)
    own = next(row for row in rows if row["weight"] == 0)
    best = max((row for row in rows if row["is_kept"]), key=lambda row: row[measure])
    served = next((row for row in rows if row["is_served"]), None)
    now = f"by {served['diversity_kind']} with weight {served['weight']:g}" if served else "as the model makes them"
    return Chart(
        f"{measure}_{board.name}",
        f"{board.title}: what more varied lists of {own['model_name']} cost, by {DIVERSITIES[measure].lower()}",
        f"Each line starts at the model's own lists ({own[measure]:.2f}); numbers are the weight of diversity. "
        f"Keeping {own['least_kept']:.0%} of the accuracy, lists reach {best[measure]:.2f} (by "
        f"{best['diversity_kind']}, weight {best['weight']:g}). Lists are served {now}.",
        f"Lines of {board.ndcg} kept over {measure.replace('_', ' ')}, one per kind of diversity, starting at 100% and "
        f"{own[measure]:.2f}: "
        + ", ".join(f"{kind} ends at {end['kept']:.0%} and {end[measure]:.2f}" for kind, end in ends.items())
        + ".",
        spec.to_dict(),
        asked.sql,
    )
