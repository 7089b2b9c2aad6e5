"""Whether more trials would have changed the order of the models: a table and a plot of `tuning_curves`."""

from pathlib import Path

from models_py.errors import SettingError
from models_py.terminal.printing import print_table, say
from models_py.terminal.stopping import written_whole
from models_py.warehouse import Warehouse

PLOT = "tuning.svg"


def report_tuning(warehouse: Path) -> None:
    """Print the best validation score at half and at all trials per model, and draw it over every number of trials.

    The plot is `tuning.svg` beside the warehouse. It covers the default split and task 'discovery'.

    Parameters
    ----------
    warehouse : Path
        A published warehouse.

    Raises
    ------
    SettingError
        Where no model was tuned.
    """
    curves = Warehouse(warehouse).read_rows(
        """
        select c.item_type, c.model_name, c.trial_count, c.best_validation_ndcg, c.validation_rank,
            r.trials_run, r.trials_planned
        from marts.tuning_curves as c
        inner join marts.evaluation_parameters as p on c.split_name = p.default_split
        inner join marts.model_runs as r
            on c.split_name = r.split_name and c.item_type = r.item_type and c.task = r.task
            and c.model_name = r.model_name
        where c.task = 'discovery'
        order by c.item_type desc, c.trial_count, c.validation_rank
        """
    )
    if not curves:
        raise SettingError(f"{warehouse} holds no trials: run `make evaluate` with enough data to tune a model.")
    for item_type in dict.fromkeys(curve["item_type"] for curve in curves):
        _print([curve for curve in curves if curve["item_type"] == item_type])
    _draw(curves, warehouse.with_name(PLOT))


def _print(curves: list[dict[str, object]]) -> None:
    last = max(curve["trial_count"] for curve in curves)
    half = max(1, last // 2)
    by_model = {(curve["model_name"], curve["trial_count"]): curve for curve in curves}
    final = [curve for curve in curves if curve["trial_count"] == last]
    headings = ("model", f"after {half}", f"after {last}", "gain", f"place after {half}", f"place after {last}")
    rows = []
    for curve in final:
        before = by_model[curve["model_name"], half]
        scores = before["best_validation_ndcg"], curve["best_validation_ndcg"]
        places = str(before["validation_rank"]), str(curve["validation_rank"])
        rows.append(
            (curve["model_name"], *(f"{score:.4f}" for score in scores), f"{scores[1] - scores[0]:.4f}", *places)
        )
    print_table(f"{final[0]['item_type']}s, best NDCG on validation", headings, rows, "lrrrrr")
    moved = [
        curve["model_name"]
        for curve in final
        if curve["validation_rank"] != by_model[curve["model_name"], half]["validation_rank"]
    ]
    changed = f"changed the place of {', '.join(moved)}" if moved else "changed no place"
    say(f"The trials from {half + 1} to {last} {changed}.")
    for curve in final:
        if curve["trials_run"] < curve["trials_planned"]:
            say(
                f"The budget ended the search of {curve['model_name']} after {curve['trials_run']} of "
                f"{curve['trials_planned']} trials: whether more would change its place cannot be told."
            )


def _draw(curves: list[dict[str, object]], path: Path) -> None:
    # here, because it takes longer to load than the table
    import altair

    from models_py.reports.page.letters import allowed

    lines = (
        altair.Chart()
        .mark_line(interpolate="step-after")
        .encode(
            x=altair.X("trial_count:Q", title="Trials"),
            y=altair.Y("best_validation_ndcg:Q", title="Best NDCG@20 on validation", scale=altair.Scale(zero=False)),
            color=altair.Color("model_name:N", title="Model"),
        )
    )
    values = [{name: getattr(value, "item", lambda value=value: value)() for name, value in c.items()} for c in curves]
    chart = altair.layer(lines, data=altair.Data(values=allowed(values))).properties(width=320, height=320)
    faceted = chart.facet(column=altair.Column("item_type:N", title=None)).resolve_scale(y="independent")
    with written_whole(path) as part:
        faceted.save(str(part), format="svg")
    say(f"The plot is {path}.")
