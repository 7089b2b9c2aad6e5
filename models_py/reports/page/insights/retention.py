"""Who stays: what a plain model of early listening says about it, and how far that can be trusted."""

import altair as alt

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Chart, Missing, Sentence
from models_py.reports.page.drawing import Mark, coloured, dots
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.insights.words import within
from models_py.reports.page.placing import Span, placed
from models_py.reports.page.study import Study
from models_py.reports.page.theme import values
from models_py.reports.page.wording import count, counted, figure, interval, listed, percent, signed

FEATURES = {
    "play_count": "Plays",
    "active_days": "Days with a play",
    "session_count": "Sessions",
    "artist_count": "Artists",
    "repeat_share": "Share of repeats",
    "discovery_share": "Later discoveries",
    "night_share": "Plays at night (UTC)",
    "quiet_days": "Quiet days at the end",
}
COLOURS = {"stays": "@accent", "not sure": "@muted", "leaves": "@second"}
HEIGHT = 300
CLAIMS = (
    "a cause: who is made to play more does not thereby stay",
    "a decision about one person, of whom a probability says little",
    "what could have been known before the last days began, since those who are learnt from stay or leave in the same "
    "days",
    "that somebody left music: whoever has no play in the last days may play elsewhere",
)
UNSURE = "that early listening says nothing, since so few users would not show a weak link"


def retention(study: Study) -> list[Block]:
    """Say what early listening tells about staying, and draw how."""
    asked = _quality(study)
    if not asked.rows:
        return [
            Missing(
                "Not enough data: who stays was not learnt from these plays (retention_quality has no row); `make "
                "evaluate` does it."
            )
        ]
    row = asked.first
    if row["status"] != "ok":
        return [Missing(f"Not enough data: who stays cannot be learnt, because {row['reason']}.", asked.sql)]
    told = [_quality_told(study, asked), _base_rates(study, asked)]
    claims = [*CLAIMS, *([UNSURE] if row["against_base_rate"] == "level" else [])]
    return [*told, _calibration(study, row), *_coefficients(study), limits(study, claims, depends_on_split=False)]


def _quality(study: Study) -> Answered:
    return study.marts.ask(
        """
        select
            status, reason, early_days, last_days, n_train, n_test, n_left_out,
            train_base_rate, test_base_rate,
            auc, auc_low, auc_high,
            brier, brier_low, brier_high,
            brier_base_rate,
            brier_gain, brier_gain_low as gain_low,
            brier_gain_high as gain_high,
            case
                when brier_gain_low > 0 then 'better'
                when brier_gain_high < 0 then 'worse'
                else 'level'
            end as against_base_rate,
            case
                when auc_low > 0.5 then 'above'
                when auc_high < 0.5 then 'below'
                else 'level'
            end as against_chance
        from marts.retention_quality
        """
    )


def _base_rates(study: Study, asked: Answered) -> Sentence:
    row = asked.first
    return study.says(
        f"Who has a play in the last {counted(row['last_days'], 'day')} of the data has stayed: "
        f"{percent(row['train_base_rate'])} of the {counted(row['n_train'], 'user')} who joined first, "
        f"{percent(row['test_base_rate'])} of the {count(row['n_test'])} who joined after them. "
        f"{counted(row['n_left_out'], 'user')} joined too late to be followed.",
        asked.sql,
    )


def _quality_told(study: Study, asked: Answered) -> Sentence:
    row = asked.first
    verdict = {
        "better": "tells something about staying",
        "level": "does not clearly tell anything about staying",
        "worse": "misleads about staying",
    }[row["against_base_rate"]]
    beside = {"above": "above chance", "level": "not clearly above chance", "below": "below chance"}
    compared = {"better": "less than", "level": "level with", "worse": "more than"}[row["against_base_rate"]]
    return study.says(
        f"Listening in the first {counted(row['early_days'], 'day')} {verdict}. Learnt from who joined first and "
        f"judged on the {count(row['n_test'])} who joined later, AUC is {figure(row['auc'])} (95% interval "
        f"{interval(row['auc_low'], row['auc_high'])}), {beside[row['against_chance']]}, which is a half. The Brier "
        f"score is {figure(row['brier'], 4)} ({interval(row['brier_low'], row['brier_high'], 4)}), {compared} the "
        f"{figure(row['brier_base_rate'], 4)} of saying the same share of everybody: a gain of "
        f"{signed(row['brier_gain'], 4)} ({interval(row['gain_low'], row['gain_high'], 4)}).",
        asked.sql,
    )


def _coefficients(study: Study) -> list[Block]:
    asked = study.marts.ask(
        """
        select
            feature,
            transform,
            round(coefficient, 3) as coefficient,
            round(ci_low, 3) as low,
            round(ci_high, 3) as high,
            case when not is_clear then 'not sure' when coefficient > 0 then 'stays' else 'leaves' end as role,
            format('×{:.2f}', odds_ratio) as text
        from marts.retention_coefficients
        order by coefficient desc, feature
        """
    )
    if not asked.rows:
        return [
            Missing("Not enough data: no feature of early listening was weighed (retention_coefficients has no row).")
        ]
    rows = [{**row, "name": FEATURES.get(row["feature"], row["feature"].replace("_", " "))} for row in asked.rows]
    clear = {role: [row["name"].lower() for row in rows if row["role"] == role] for role in ("stays", "leaves")}
    parts = [
        f"{listed(names)} {'goes' if len(names) == 1 else 'go'} with {word}"
        for (role, names), word in zip(clear.items(), ("staying", "leaving"), strict=True)
        if names
    ]
    told = "; ".join(parts) if parts else "no single feature clearly goes with staying or leaving"
    first, last = rows[0], rows[-1]
    logged = [row["name"].lower() for row in rows if row["transform"] == "log"]
    logs = f" Of {listed(logged)} the logarithm is taken." if logged else ""
    chart = Chart(
        "retention_coefficients",
        "What early listening goes with staying, all else being the same",
        "Dots are changes in the log odds of staying for one standard deviation more, lines 95% intervals; at the "
        f"right by what the odds are multiplied. Blue goes with staying, orange with leaving, grey is not sure.{logs} "
        "Features that go together share what they say.",
        f"Forest plot of coefficients: highest {first['name']} with {first['coefficient']:+.2f}, lowest {last['name']} "
        f"with {last['coefficient']:+.2f}.",
        dots(
            rows,
            "coefficient",
            "Change in log odds",
            COLOURS,
            row="name",
            mark=Mark(0.0, "no difference"),
            form="+.2~g",
        ),
        asked.sql,
    )
    return [study.says(f"All other features being the same, {told}.", asked.sql), chart]


def _calibration(study: Study, quality: dict[str, object]) -> Block:
    asked = study.marts.ask(
        """
        select
            bin as place,
            round(predicted, 6) as predicted,
            round(observed, 6) as observed,
            round(ci_low, 6) as low,
            round(ci_high, 6) as high,
            n_users,
            case
                when predicted between ci_low and ci_high then 'within'
                else 'outside'
            end as role
        from marts.retention_calibration
        order by bin
        """
    )
    if not asked.rows:
        return Missing("Not enough data: nobody was predicted (retention_calibration has no row).")
    rows = asked.rows
    off = [row for row in rows if row["role"] == "outside"]
    told = (
        f"{counted(len(off), 'group lies', 'groups lie')} off the diagonal by more than chance"
        if off
        else "every group's interval holds what was predicted"
    )
    few, many = min(row["n_users"] for row in rows), max(row["n_users"] for row in rows)
    first, last = rows[0], rows[-1]
    return Chart(
        "retention_calibration",
        "Did as many stay as was predicted?",
        f"Each dot is a group of {within(few, many, 'user')} who joined later, in order of what was predicted "
        f"of them; lines are 95% intervals (Wilson). On the diagonal, predictions come true: {told}. Of the last group "
        f"{percent(last['observed'])} stayed, predicted were {percent(last['predicted'])}; of the first "
        f"{percent(first['observed'])} and {percent(first['predicted'])}.",
        f"Calibration plot of {counted(len(rows), 'group')} of users, predicted against observed share that stayed: "
        f"from {percent(first['predicted'])} against {percent(first['observed'])} to {percent(last['predicted'])} "
        f"against {percent(last['observed'])}.",
        _diagonal(rows, quality),
        asked.sql,
    )


def _diagonal(rows: list[dict[str, object]], quality: dict[str, object]) -> dict[str, object]:
    whole = Span(0, 1)
    ticks = {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "grid": True}
    position = {
        "x": alt.X("predicted:Q", title="Predicted share that stays", scale=whole.scale(), axis=alt.Axis(**ticks)),
        "y": alt.Y("observed:Q", title="Share that stayed", scale=whole.scale(), axis=alt.Axis(**ticks)),
    }
    # what is drawn beside the groups, on the same axes
    beside = {"x": alt.X("across:Q", scale=whole.scale()), "y": alt.Y("up:Q", scale=whole.scale())}
    ends = [{"across": 0, "up": 0}, {"across": 1, "up": 1}]
    line = alt.Chart(values(ends)).mark_line(strokeDash=[4, 3], strokeWidth=1.5, color="@second", tooltip=None)
    level = [{"across": 0, "up": quality["test_base_rate"]}]
    rule = alt.Chart(values(level)).mark_rule(strokeDash=[2, 3], color="@muted", tooltip=None)
    names = {"as predicted": "@second", "all who joined later": "@muted"}
    # layers share a scale
    colours = {"within": "@accent", "outside": "@fourth", **names}
    spots = ((0.1, 0.1), (0.02, quality["test_base_rate"]))
    named = [{"across": across, "up": up, "name": name} for (across, up), name in zip(spots, names, strict=True)]
    ranges = [{"across": row["predicted"], "up": row[end]} for row in rows for end in ("low", "high")]
    paths = [
        ends,
        [level[0], {**level[0], "across": 1}],
        *([ranges[place], ranges[place + 1]] for place in range(0, len(ranges), 2)),
    ]
    labels = placed(named, ("across", whole), ("up", whole), "name", HEIGHT, lines=paths)
    at = {name: {"expr": f"datum.{name}"} for name in ("align", "dx", "dy")}
    text = alt.Chart(values(labels)).mark_text(**at, tooltip=None)
    base = alt.Chart(values(rows)).encode(x=position["x"], color=coloured(colours))
    return (
        alt.layer(
            line.encode(**beside),
            rule.encode(y=beside["y"]),
            base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=70, opacity=1).encode(
                y=position["y"], tooltip=["place:O", "predicted:Q", "observed:Q", "low:Q", "high:Q", "n_users:Q"]
            ),
            text.encode(**beside, text="label:N", color=coloured(colours, "name")),
        )
        .properties(width="container", height=HEIGHT)
        .to_dict()
    )
