"""What the command line prints from the published tables."""

from pathlib import Path

from models_py.errors import StudyError
from models_py.printing import print_table, say
from models_py.warehouse import Warehouse


def print_leaderboard(path: Path) -> None:
    """Print the default split's leaderboards for discovery, who wins the other tasks, and where to look next."""
    records = Warehouse(path).read_rows(
        """
        select l.item_type, l.leaderboard_rank, l.model_name, l.ndcg, l.ndcg_ci_low, l.ndcg_ci_high, l.hit_rate,
            l.recall, l.coverage, l.trials_run, l.trials_planned, l.n_users, l.density, l.k,
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
    if not records:
        say(f"There is no leaderboard: no model was fitted. The marts are in {path}, schema marts.")
        return
    for item_type in dict.fromkeys(record["item_type"] for record in records):
        _print_leaderboard([record for record in records if record["item_type"] == item_type])
    _print_repeats(path)
    say(
        f"Everything is in {path}, schema marts: model_leaderboard (all tasks and splits), model_comparisons, "
        "segment_metrics, served_recommendations, load_audit. "
        "One person's list: .venv/bin/python -m models_py recommend --user USER_ID"
    )


def print_served(path: Path, user_id: str, item_type: str, task: str, length: int) -> None:
    """Print the first items of the list that is served to a user.

    Raises
    ------
    StudyError
        Where the warehouse has no such user, or serves no such list.
    """
    warehouse = Warehouse(path)
    users = warehouse.read("select user_id from marts.users order by user_id")["user_id"]
    if user_id not in set(users):
        known = f"{users[0]} to {users[-1]}" if len(users) else "none"
        raise StudyError(f"There is no user '{user_id}' in {path}: it has {len(users)} users, {known} (table users).")
    rows = warehouse.read(
        """
        select item_type, model_name, rank, item_name, artist_name, score
        from marts.served_recommendations
        where user_id = ? and task = ? and (item_type = ? or ? = '') and rank <= ?
        order by item_type, rank
        """,
        [user_id, task, item_type, item_type, length],
    )
    if not len(rows["rank"]):
        raise StudyError(
            f"{path} has no list of {item_type or 'item'}s for task '{task}' and user '{user_id}': "
            "choose another task (discovery, repeat, all) or item type (track, artist)."
        )
    for kind in dict.fromkeys(rows["item_type"]):
        shown = [
            (rank, name, artist if kind == "track" else "", f"{score:.4g}", model)
            for row_type, model, rank, name, artist, score in zip(*rows.values(), strict=True)
            if row_type == kind
        ]
        headings = ("rank", kind, "artist" if kind == "track" else "", "score", "model")
        print_table(f"{kind}s for {user_id} ({task})", headings, shown, "rllrl")


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


def _print_leaderboard(records: list[dict[str, object]]) -> None:
    first = records[0]
    data = "embedded demo, no evidence about music; " if first["is_demo"] else ""
    title = (
        f"{first['item_type']}s, discovery: {data}{first['n_users']} users evaluated, density {first['density']:.2%}"
    )
    at_k = (f"{measure}@{first['k']}" for measure in ("hit rate", "recall", "coverage"))
    headings = ("", "model", f"NDCG@{first['k']}", "95% interval", "vs baseline", *at_k, "trials")
    rows = [
        (
            record["leaderboard_rank"],
            f"{record['model_name']}{' (lead is real)' if record['lead_is_real'] else ''}",
            f"{record['ndcg']:.4f}",
            f"{record['ndcg_ci_low']:.4f} to {record['ndcg_ci_high']:.4f}",
            record["verdict"],
            f"{record['hit_rate']:.3f}",
            f"{record['recall']:.4f}",
            f"{record['coverage']:.3f}",
            f"{record['trials_run']}/{record['trials_planned']}",
        )
        for record in records
    ]
    print_table(title, headings, rows, "rlrrrrrrr")
