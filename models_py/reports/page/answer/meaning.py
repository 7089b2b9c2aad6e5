"""What the findings mean for who runs a service: what to serve, to whom, and what not to promise."""

from collections.abc import Iterator

from models_py.reports.page import wording
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Block, Group, Missing, Row, Sentence

MADE_UP = "Models find here what was planted: these sentences show what is said of real data, and are no advice."
NOTHING = "Not enough data: nothing was compared, so nothing is advised."


def group(marts: Marts) -> Group:
    """Ask what is served, who gains, and what comes cheaper."""
    advice = [*_gains(marts), *_cheaper(marts), *_habit(marts), *_new(marts), *_groups(marts)]
    made_up = [Sentence(MADE_UP)] if advice and marts.is_demo else []
    return Group("meaning", "What it means", [*made_up, *advice] or [Missing(NOTHING)])


def _gains(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select item_type, model_name, n_users, mean_gain, ci_low, ci_high, share_better, share_worse, verdict
        from marts.personalization_segments
        where task = 'discovery' and segment = 'everyone'
        order by item_type desc
        """
    )
    for row in asked.rows:
        yield Sentence(f"New {row['item_type']}s: {_of_gain(row)}", asked.sql)


def _of_gain(row: Row) -> str:
    if row["model_name"] == "most_popular":
        return (
            "what most people play is served, because nothing did better on validation. Lists of one's own are not "
            "worth their cost here."
        )
    verdict = {
        "pays": "lists of one's own pay, though not for everybody",
        "does not pay": "lists of one's own do not pay, and what everybody plays is to be served",
    }.get(str(row["verdict"]), "whether lists of one's own pay is not shown")
    bracket = "" if row["ci_low"] is None else f" ({wording.interval(row['ci_low'], row['ci_high'])})"
    return (
        f"{row['model_name']} is served: chosen on validation, it is judged alone on the test part. There "
        f"{wording.percent(row['share_better'])} of {wording.counted(row['n_users'], 'user')} get a better list than "
        f"what most people play and {wording.percent(row['share_worse'])} a worse one, with a mean gain in NDCG of "
        f"{wording.signed(row['mean_gain'])}{bracket}: {verdict}."
    )


def _cheaper(marts: Marts) -> Iterator[Block]:
    """Name the model that is level with the leader and learns fastest."""
    asked = marts.ask(
        """
        select c.item_type, c.baseline_name as leader_name, leader.fit_seconds as leader_seconds,
            min_by(c.model_name, r.fit_seconds) as model_name, min(r.fit_seconds) as seconds
        from marts.model_comparisons as c
        inner join marts.evaluation_parameters as p on c.split_name = p.default_split
        inner join marts.model_runs as r
            on c.split_name = r.split_name and c.item_type = r.item_type and c.task = r.task
                and c.model_name = r.model_name
        inner join marts.model_runs as leader
            on c.split_name = leader.split_name and c.item_type = leader.item_type and c.task = leader.task
                and c.baseline_name = leader.model_name
        where c.task = 'discovery' and c.compared_with = 'leader' and c.verdict = 'tie'
        group by all
        having min(r.fit_seconds) < leader.fit_seconds
        order by c.item_type desc
        """
    )
    for row in asked.rows:
        yield Sentence(
            f"New {row['item_type']}s, cost: {row['model_name']} is level with {row['leader_name']} and learns in "
            f"{wording.seconds(row['seconds'])} instead of {wording.seconds(row['leader_seconds'])}. Where "
            "time or memory is short, it is the one to take.",
            asked.sql,
        )


def _habit(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select l.item_type, l.model_name, r.is_baseline, s.share_repeat_plays
        from marts.model_leaderboard as l
        inner join marts.evaluation_parameters as p on l.split_name = p.default_split
        inner join marts.model_runs as r
            on l.split_name = r.split_name and l.item_type = r.item_type and l.task = r.task
            and l.model_name = r.model_name
        inner join marts.split_summary as s
            on l.split_name = s.split_name and l.item_type = s.item_type and s.part = 'test'
        where l.task = 'repeat' and l.leaderboard_rank = 1 and s.share_repeat_plays is not null
        order by l.item_type desc
        """
    )
    for row in asked.rows:
        how = (
            "what the person's own history alone says comes first, so 'on repeat' needs no model"
            if row["is_baseline"]
            else "a model that learns from others comes first"
        )
        yield Sentence(
            f"Known {row['item_type']}s: repeats are {wording.percent(row['share_repeat_plays'])} of what people went "
            f"on to play, and {how} ({row['model_name']}). Show repeats and discoveries apart: one list cannot serve "
            "both.",
            asked.sql,
        )


def _new(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select l.item_type, l.model_name, known.value as known_value, known.ci_low as known_low,
            known.ci_high as known_high, new.value as new_value, new.ci_low as new_low, new.ci_high as new_high,
            known.ci_low > new.ci_high as is_harder
        from marts.model_leaderboard as l
        inner join marts.evaluation_parameters as p on l.split_name = p.default_split
        inner join marts.segment_metrics as known
            on l.split_name = known.split_name and l.item_type = known.item_type and l.task = known.task
                and l.model_name = known.model_name and known.segment_value = 'known_artist'
        inner join marts.segment_metrics as new
            on l.split_name = new.split_name and l.item_type = new.item_type and l.task = new.task
                and l.model_name = new.model_name and new.segment_value = 'new_artist'
                and known.metric = new.metric and known.k = new.k
        where l.task = 'discovery' and l.leaderboard_rank = 1 and known.metric = 'ndcg' and known.k = p.headline_k
        order by l.item_type
        """
    )
    for row in asked.rows:
        known, new = (
            wording.figure(row[f"{kind}_value"])
            + ("" if row[f"{kind}_low"] is None else f" ({wording.interval(row[f'{kind}_low'], row[f'{kind}_high'])})")
            for kind in ("known", "new")
        )
        promise = (
            "More of what one knows is the safer promise."
            if row["is_harder"]
            else "That one of them is harder is not shown by these intervals."
        )
        yield Sentence(
            f"What to promise: {row['model_name']} has NDCG {known} for new {row['item_type']}s by artists whom people "
            f"know, and {new} for those by new artists. {promise}",
            asked.sql,
        )


def _groups(marts: Marts) -> Iterator[Block]:
    asked = marts.ask(
        """
        select count(*) as group_count, max(size) as largest, min(size) as smallest
        from marts.cluster_profiles
        where entity_type = 'user'
        """
    )
    row = asked.first
    if row["group_count"]:
        yield Sentence(
            f"Editors: the {wording.counted(row['group_count'], 'group')} of listeners, of "
            f"{wording.count(row['smallest'])} to {wording.counted(row['largest'], 'person', 'people')}, are audiences "
            "to write and programme for.",
            asked.sql,
        )
