"""Factorizations judged twice: how well they rebuild play counts, and how well they rank held-out items."""

import altair as alt

from models_py.reports.page.asking import Answered, literal
from models_py.reports.page.blocks import Block, Chart, Column, Missing, Sentence, Table
from models_py.reports.page.drawing import Look, lines
from models_py.reports.page.placing import Span
from models_py.reports.page.study import NOUNS, K, Study

LOOKS = {
    "svd": Look("@accent"),
    "nmf": Look("@third"),
    "als": Look("@fourth"),
    "global_mean": Look("@muted", is_level=True),
    "item_mean": Look("@muted", is_level=True),
    "user_item_bias": Look("@muted", is_level=True),
}
# measure: column, how its caption starts, title of the axis
MEASURES = {
    "rmse": ("rebuilding held-out play counts", "RMSE of log plays", "Lower is better"),
    "validation_ndcg": ("ranking held-out items", "NDCG@{k} on validation", "Higher is better"),
}


def factorizations(study: Study, item_type: str) -> list[Block]:
    """Say whether the two readings agree, and draw both."""
    readings = study.marts.ask(
        f"""
        select
            model_name, rmse_log_plays, rmse_log_plays_place::double as rmse_place, rmse_plays,
            validation_ndcg, validation_ndcg_place::double as ndcg_place, test_ndcg,
            leaderboard_rank::double as leaderboard_rank, count(*) over () as models, {K}
        from marts.factorization_readings
        where split_name = {literal(study.split)} and item_type = '{item_type}'
        order by validation_ndcg_place nulls last, rmse_log_plays_place nulls last, model_name
        """
    )
    if not readings.rows:
        return [
            Missing(
                f"Not enough data: counts of {NOUNS[item_type]} were not factorized (factorization_readings has no row "
                f"of split {study.split}); too few are active, or nothing was fitted (`make evaluate`)."
            )
        ]
    charts = [_curves(study, item_type, measure) for measure in MEASURES]
    return [_compared(study, item_type, readings), *charts, _table(study, item_type, readings)]


def _compared(study: Study, item_type: str, readings: Answered) -> Sentence:
    rows, sql = readings.rows, readings.sql
    rebuilt = next((row for row in rows if row["rmse_place"] == 1), None)
    ranked = next((row for row in rows if row["ndcg_place"] == 1), None)
    if rebuilt is None or ranked is None:
        lacking = "held-out counts" if rebuilt is None else "anything to rank on validation"
        return study.says(f"Factorizations of {NOUNS[item_type]} cannot be judged twice: there are no {lacking}.", sql)
    first = (
        f"Counts of {NOUNS[item_type]} are rebuilt best by {rebuilt['model_name']} (RMSE "
        f"{rebuilt['rmse_log_plays']:.3f} in log plays)"
    )
    second = f"ranked best by {ranked['model_name']} (NDCG@{study.k} {ranked['validation_ndcg']:.3f} on validation)"
    if rebuilt is ranked:
        return study.says(f"{first}, and held-out items are {second}: the two readings agree.", sql)
    return study.says(
        f"{first}, but held-out items are {second}, which is place {ranked['rmse_place']:.0f} of {ranked['models']} at "
        "rebuilding: a low error says little about recommendations.",
        sql,
    )


def _curves(study: Study, item_type: str, measure: str) -> Block:
    words, title, better = MEASURES[measure]
    condition = (
        f"split_name = {literal(study.split)} and item_type = '{item_type}' and scale = 'log_plays' "
        f"and cells = 'held_out' and {measure} is not null"
    )
    asked = study.marts.ask(
        f"""
        select model_name as series, n_factors, round({measure}, 6) as value, {K}
        from marts.factorization_quality
        where {condition}
        order by model_name, n_factors
        """
    )
    rows = asked.rows
    if not any(row["n_factors"] for row in rows):
        return Missing(
            f"Not enough data: factorizations of {NOUNS[item_type]} cannot be judged by {words} (factorization_quality "
            f"has no held-out cells of split {study.split} with a figure)."
        )
    title = title.format(k=study.k)
    sizes = sorted({row["n_factors"] for row in rows} - {0})
    x = alt.X(
        "n_factors:Q",
        title="Factors",
        scale=Span.around(sizes, logarithmic=True).scale(),
        axis=alt.Axis(values=sizes, format="d", grid=False),
    )
    best = (min if measure == "rmse" else max)(rows, key=lambda row: row["value"])
    found = {row["series"] for row in rows}
    at = "whatever the factors" if LOOKS[best["series"]].is_level else f"with {best['n_factors']} factors"
    return Chart(
        f"factorization_{measure}_{item_type}",
        f"{NOUNS[item_type].capitalize()}: {words}, by number of factors",
        f"{better}: {best['series']} has {best['value']:.3f} {at}. Dashed levels are baselines without factors. "
        "svd and nmf take a cell without plays for a 0, als learns from played cells alone.",
        f"Lines of {title} over {sizes[0]} to {sizes[-1]} factors for {', '.join(sorted(found))}: best "
        f"{best['series']} with {best['value']:.3f}.",
        lines(
            rows,
            x,
            ("value", title, ".2f"),
            {name: look for name, look in LOOKS.items() if name in found},
        ),
        asked.sql,
    )


def _table(study: Study, item_type: str, readings: Answered) -> Table:
    return Table(
        f"factorization_readings_{item_type}",
        f"{NOUNS[item_type].capitalize()}: two readings of which factorization is better",
        (
            Column("model_name", "Model"),
            Column("rmse_log_plays", "RMSE, ln(1 + plays)", ".3f"),
            Column("rmse_place", "Place", ".0f"),
            Column("rmse_plays", "RMSE, plays", ".2f"),
            Column("validation_ndcg", f"NDCG@{study.k}, validation", ".3f"),
            Column("ndcg_place", "Place", ".0f"),
            Column("test_ndcg", f"NDCG@{study.k}, test", ".3f"),
            Column("leaderboard_rank", "Place of all models", ".0f"),
        ),
        readings.rows,
        readings.sql,
        "Errors and validation scores are the best over numbers of factors; the test score is that of the tuned "
        "recommender of the same name.",
    )
