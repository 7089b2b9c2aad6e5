"""What each kind of playlist holds: how much, by whom, how much of it new, and for what reasons."""

from models_py.reports.page.asking import Answered
from models_py.reports.page.blocks import Block, Column, Missing, Sentence, Table
from models_py.reports.page.insights.limits import limits
from models_py.reports.page.study import Study
from models_py.reports.page.wording import counted, figure, percent

KINDS = {
    "weekly_discovery": "Weekly discovery",
    "new_artists": "New artists",
    "on_repeat": "On repeat",
    "forgotten_favourites": "Forgotten favourites",
    "theme": "A theme",
    "cluster": "A cluster of tracks",
    "more_like": "More like a track",
}
CLAIMS = (
    "that anybody likes the playlists, or would play them to the end",
    "that the tracks fit together: only the models behind them are judged, each track by itself",
    "that a reason is why somebody would like a track, since it says how the track came to be there",
)


def playlists(study: Study) -> list[Block]:
    """Say what playlists there are, and what they hold."""
    asked = _held(study)
    if not asked.rows:
        return [Missing("Not enough data: there are no playlists, which need tracks (playlists has no row).")]
    rows = [{**row, "kind": KINDS.get(row["playlist_kind"], row["playlist_kind"])} for row in asked.rows]
    return [_told(study, rows, asked.sql), _table(rows, asked), limits(study, CLAIMS, depends_on_split=False)]


def _held(study: Study) -> Answered:
    return study.marts.ask(
        f"""
        with lists as (
            select
                l.playlist_kind,
                l.playlist_id,
                l.user_id,
                count(*) as tracks,
                count(distinct l.artist_name) as artists,
                count(*) filter (where l.user_id is not null and p.item_id is null) as new_tracks,
                count(*) filter (where starts_with(l.why, 'because you play ') or starts_with(l.why, 'like ')) as named,
                count(*) filter (where starts_with(l.why, 'among the most played ')) as popular
            from marts.playlists as l
            left join marts.user_item_plays as p
                on p.item_type = 'track' and l.user_id = p.user_id and l.track_id = p.item_id
            group by l.playlist_kind, l.playlist_id, l.user_id
        )

        select
            playlist_kind,
            count(*) over () as kind_count,
            count(*) as list_count,
            count(distinct user_id) as user_count,
            round(avg(tracks), 1) as tracks,
            round(avg(artists), 1) as artists,
            round(sum(new_tracks) / sum(tracks) filter (where user_id is not null), 6) as new_share,
            round(sum(named) / sum(tracks), 6) as named_share,
            round(sum(popular) / sum(tracks), 6) as popular_share
        from lists
        group by playlist_kind
        order by list_position([{", ".join(f"'{kind}'" for kind in KINDS)}], playlist_kind) nulls last, playlist_kind
        """
    )


def _told(study: Study, rows: list[dict[str, object]], sql: str) -> Sentence:
    longest, shortest = (choose(rows, key=lambda row: row["tracks"]) for choose in (max, min))
    told = [
        f"Playlists are of {counted(rows[0]['kind_count'], 'kind')}; the longest are of kind {longest['kind']} with "
        f"{figure(longest['tracks'], 1)} tracks on average"
        + (
            f", the shortest of kind {shortest['kind']} with {figure(shortest['tracks'], 1)}"
            if shortest["tracks"] < longest["tracks"]
            else ""
        )
    ]
    weekly = next((row for row in rows if row["playlist_kind"] == "weekly_discovery"), None)
    if weekly:
        told.append(
            f"Weekly discovery reaches {counted(weekly['user_count'], 'listener')}: {figure(weekly['tracks'], 1)} "
            f"tracks by {figure(weekly['artists'], 1)} artists, of which {percent(weekly['new_share'])} are new to the "
            f"listener, {percent(weekly['named_share'])} name what they are recommended for, and "
            f"{percent(weekly['popular_share'])} are there because many play them"
        )
    return study.says(". ".join(told) + ".", sql)


def _table(rows: list[dict[str, object]], asked: Answered) -> Table:
    return Table(
        "playlist_kinds",
        "What each kind of playlist holds",
        (
            Column("kind", "Kind"),
            Column("list_count", "Playlists", ","),
            Column("user_count", "Listeners", ","),
            Column("tracks", "Tracks each", ".1f"),
            Column("artists", "Artists each", ".1f"),
            Column("new_share", "New to the listener", ".1%"),
            Column("named_share", "Reason names music", ".1%"),
            Column("popular_share", "Reason is popularity", ".1%"),
        ),
        rows,
        asked.sql,
        "Means over playlists, shares over their tracks. All other reasons are a place: on the list of "
        "recommendations, in a theme or cluster, or among what the listener played. What is new is counted where a "
        "playlist is somebody's: those like a track are mostly nobody's.",
    )
