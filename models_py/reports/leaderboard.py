"""The leaderboard that `make evaluate` ends with: who wins, how they were tuned, and why one is missing."""

from collections.abc import Collection, Iterator, Mapping
from math import isnan
from operator import itemgetter
from pathlib import Path

from models_py.terminal.printing import print_table, say
from models_py.warehouse import Warehouse

# Kinds of discovery, in words.
KINDS = {
    "known_artist": "known artists",
    "new_artist": "new artists",
    "known_group": "known groups",
    "new_group": "new groups",
}
OF_SPLIT = "split_name = p.default_split and item_type = t.item_type"
# item types that are played, and what their leaderboards would be made of
PLAYED = f"""
    select t.item_type, p.default_split, p.min_users_to_learn,
        (select count(*) from marts.training_users where {OF_SPLIT}) as active_users,
        (select count(distinct model_name) from marts.model_runs where {OF_SPLIT}) as runs,
        (select count(*) from marts.model_runs where {OF_SPLIT} and status = 'ok') as fitted,
        (select coalesce(min(reason) filter (status = 'failed'), min(reason)) from marts.model_runs where {OF_SPLIT})
            as reason,
        coalesce(s.cell_count, 0) as test_cells, coalesce(s.user_count, 0) as test_users,
        coalesce(s.left_out_no_training, 0) as untrained,
        coalesce((select min(first_played_at) = max(last_played_at) from marts.users), false) as share_a_second
    from (select distinct item_type from marts.user_item_plays) as t
    cross join marts.evaluation_parameters as p
    left join marts.split_summary as s
        on p.default_split = s.split_name and t.item_type = s.item_type and s.part = 'test'
    order by t.item_type desc
"""


def print_leaderboard(path: Path) -> None:
    """Print the default split's leaderboards for discovery, who wins the other tasks, and where to look next."""
    records = Warehouse(path).read_rows(
        """
        select l.item_type, l.leaderboard_rank, l.model_name, l.ndcg, l.ndcg_ci_low, l.ndcg_ci_high, l.hit_rate,
            l.recall, l.coverage, l.trials_run, l.trials_planned, l.n_users, l.density, l.k, l.members, l.edges,
            l.engine, l.ndcg_known_artist, l.ndcg_new_artist, l.ndcg_known_group, l.ndcg_new_group,
            coalesce(c.verdict, case when l.model_name = b.baseline_name then 'baseline' end, '') as verdict,
            coalesce(l.lead_is_real, false) as lead_is_real, f.is_demo
        from marts.model_leaderboard as l
        inner join marts.evaluation_parameters as p on l.split_name = p.default_split
        left join marts.model_comparisons as c
            on l.split_name = c.split_name and l.item_type = c.item_type and l.task = c.task
            and l.model_name = c.model_name and c.compared_with = 'best_baseline'
        left join (
            select distinct split_name, item_type, task, baseline_name from marts.model_comparisons
            where compared_with = 'best_baseline'
        ) as b on l.split_name = b.split_name and l.item_type = b.item_type and l.task = b.task
        cross join (select coalesce(bool_or(is_demo), false) as is_demo from marts.load_audit_files) as f
        where l.task = 'discovery'
        order by l.item_type desc, l.leaderboard_rank
        """
    )
    for item_type in dict.fromkeys(record["item_type"] for record in records):
        _print_item_type([record for record in records if record["item_type"] == item_type])
    for sentence in (
        *reasons(Warehouse(path).read_rows(PLAYED), {record["item_type"] for record in records}),
        *_searches(path),
    ):
        say(sentence)
    _print_repeats(path)
    _print_new_artists(path)
    say(
        f"Everything is in {path}, schema marts: model_leaderboard (all tasks and splits), model_comparisons, "
        "segment_metrics, served_recommendations, load_audit. "
        "One person's list: .venv/bin/python -m models_py recommend --user USER_ID"
    )


def _print_item_type(records: list[dict[str, object]]) -> None:
    first = records[0]
    data = "embedded demo, no evidence about music; " if first["is_demo"] else ""
    title = (
        f"{first['item_type']}s, discovery: {data}{first['n_users']} users evaluated, density {first['density']:.2%}"
    )
    at_k = (f"{measure}@{first['k']}" for measure in ("hit rate", "recall", "coverage"))
    # discoveries of artists are all of new ones
    given = {kind for kind in KINDS if not isnan(first[f"ndcg_{kind}"])} - {f"new_{first['item_type']}"}
    kinds = {kind: words for kind, words in KINDS.items() if kind in given}
    headings = ["", "model", f"NDCG@{first['k']}", "95% interval", *kinds.values(), "vs baseline", *at_k, "trials"]
    # all rows were made by the engine that everybody has, or each says which made it
    on_spark = any(record["engine"] not in (None, "python") for record in records)
    headings += ["engine"] * on_spark
    rows = [
        (
            record["leaderboard_rank"],
            f"{record['model_name']}{' (lead is real)' if record['lead_is_real'] else ''}",
            f"{record['ndcg']:.4f}",
            f"{record['ndcg_ci_low']:.4f} to {record['ndcg_ci_high']:.4f}",
            *(f"{record[f'ndcg_{kind}']:.4f}" for kind in kinds),
            record["verdict"],
            f"{record['hit_rate']:.3f}",
            f"{record['recall']:.4f}",
            f"{record['coverage']:.3f}",
            f"{record['trials_run']}/{record['trials_planned']}",
            *[record["engine"]] * on_spark,
        )
        for record in records
    ]
    print_table(title, headings, rows, f"rlrr{'r' * len(kinds)}rrrrr{'l' * on_spark}")
    for kind, words in kinds.items():
        best = max(records, key=itemgetter(f"ndcg_{kind}"))
        if best is not first:
            say(
                f"{first['item_type']}s of {words} alone: {best['model_name']} leads with NDCG@{first['k']} "
                f"{best[f'ndcg_{kind}']:.4f}, {first['model_name']} has {first[f'ndcg_{kind}']:.4f}."
            )
    if blends := [f"{record['model_name']} of {record['members']}" for record in records if record["members"]]:
        say(f"Blends: {', '.join(blends)}.")
    if at_edges := [f"{record['model_name']} ({record['edges']})" for record in records if record["edges"]]:
        say(f"Edge of the search space, beyond which settings may score higher: {', '.join(at_edges)}.")


def reasons(played: Collection[Mapping[str, object]], present: Collection[str]) -> Iterator[str]:
    """Say why the default split has no leaderboard of an item type that is played.

    Parameters
    ----------
    played : collection of mapping
        What `PLAYED` gives.
    present : collection of str
        Item types that have a leaderboard.

    Yields
    ------
    str
    """
    if not played:
        yield "There is no leaderboard: no play was kept (load_audit says why)."
    found: dict[str, list[str]] = {}
    for row in played:
        if row["item_type"] not in present:
            found.setdefault(_why_missing(row), []).append(f"{row['item_type']}s")
    for reason, kinds in found.items():
        yield f"There is no leaderboard of {' and '.join(kinds)}: {reason}."


def _why_missing(row: Mapping[str, object]) -> str:
    split = f"the {row['default_split']} split"
    if not row["runs"] and row["active_users"] >= row["min_users_to_learn"]:
        return "no results of these training rows are stored (run `make fit`)"
    if not row["runs"]:
        needed = row["min_users_to_learn"]
        return f"{row['active_users']} active users are too few to learn from ({needed} are needed)"
    if not row["fitted"]:
        return (
            f"none of {row['runs']} models could be fitted (model_runs says why; one of the reasons: {row['reason']})"
        )
    if not row["test_cells"]:
        cause = " (all plays share one second)" if row["share_a_second"] else ""
        return f"{split} has an empty test part{cause}, so nothing is evaluated"
    return (
        f"{split} tests {row['test_users']} users, of whom {row['untrained']} have no plays to learn from and the "
        "others play nothing new, so nothing is evaluated"
    )


def _searches(path: Path) -> Iterator[str]:
    """Say what was tuned on a sample of users, and which searches a limit in seconds ended."""
    warehouse = Warehouse(path)
    samples = warehouse.read_rows(
        "select r.split_name, r.item_type, r.tuning_users, r.n_users, r.n_interactions "
        "from marts.model_runs as r cross join marts.evaluation_parameters as p "
        "where r.tuning_users < r.n_users and r.n_interactions > p.max_tuning_cells group by all order by all"
    )
    for row in samples:
        yield (
            f"{row['item_type']}s, split {row['split_name']}: settings were chosen on {row['tuning_users']:,} of "
            f"{row['n_users']:,} users, drawn by seed, because all have {row['n_interactions']:,} cells "
            "(max_tuning_cells); the final fit uses everybody."
        )
    cut = warehouse.read_rows(
        """
        select split_name, item_type, string_agg(
            model_name || ' after ' || trials_run || ' of ' || trials_planned || ' trials', ', ' order by model_name
        ) as models
        from (
            select split_name, item_type, model_name, trials_planned, min(trials_run) as trials_run
            from marts.model_runs
            where trials_run < trials_planned
            group by all
        )
        group by all
        order by all
        """
    )
    for row in cut:
        yield (
            f"{row['item_type']}s, split {row['split_name']}: tuning_budget_seconds ended the search of "
            f"{row['models']}; no verdict is given between models whose searches were cut unequally."
        )


def _print_repeats(path: Path) -> None:
    """Say how much of the test part repeats what was played before, and what recommends repeats best."""
    rows = Warehouse(path).read(
        """
        select s.item_type, s.share_repeat_plays, l.model_name, l.ndcg, l.k, b.ndcg as own_ndcg
        from marts.split_summary as s
        inner join marts.evaluation_parameters as p on s.split_name = p.default_split
        inner join marts.model_leaderboard as l
            on s.split_name = l.split_name and s.item_type = l.item_type
        inner join marts.model_leaderboard as b
            on l.split_name = b.split_name and l.item_type = b.item_type and l.task = b.task
        where s.part = 'test' and l.task = 'repeat' and l.leaderboard_rank = 1 and b.model_name = 'personal_top'
        order by s.item_type desc
        """
    )
    for item_type, share, model, ndcg, k, own in zip(*rows.values(), strict=True):
        say(
            f"{item_type}s: {share:.0%} of test plays repeat what the user played in train. "
            f"Task 'repeat': {model} leads with NDCG@{k} {ndcg:.4f}, what each user plays most has {own:.4f}."
        )


def _print_new_artists(path: Path) -> None:
    """Say who leads where only artists who are new to the user are listed, if that was asked for."""
    for row in Warehouse(path).read_rows(
        """
        select l.item_type, l.model_name, l.ndcg, l.k, l.n_users
        from marts.model_leaderboard as l
        inner join marts.evaluation_parameters as p on l.split_name = p.default_split
        where l.task = 'new_artists' and l.leaderboard_rank = 1
        """
    ):
        say(
            f"{row['item_type']}s, lists of new artists alone (task 'new_artists', {row['n_users']} users): "
            f"{row['model_name']} leads with NDCG@{row['k']} {row['ndcg']:.4f}."
        )
