"""A small warehouse with the marts that pages of listeners read, made from plays by plain SQL."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb

# user, artist, track, time
Play = tuple[str, str, str, str]

TABLES = """
create schema marts;
create table marts.plays as
    select
        row_number() over () as play_id, user_id, artist_name, track_name, cast(played_at as timestamp) as played_at,
        cast(dense_rank() over (order by artist_name) as bigint) as artist_id,
        cast(dense_rank() over (order by artist_name, track_name) as bigint) as track_id,
        cast(cast(played_at as timestamp) as date) as day,
        cast(date_trunc('month', cast(played_at as timestamp)) as date) as month
    from given;
create table marts.users as
    select
        user_id, count(*) as play_count, count(distinct track_id) as track_count,
        count(distinct artist_id) as artist_count, count(distinct day) as session_count,
        min(played_at) as first_played_at, max(played_at) as last_played_at
    from marts.plays group by user_id;
create table marts.user_features as
    with listeners as (select artist_id, count(distinct user_id) as listener_count from marts.plays group by artist_id)
    select user_id, avg(listener_count) / (select count(*) from marts.users) as mainstreamness
    from marts.plays inner join listeners using (artist_id) group by user_id;
create table marts.user_days as select user_id, day, count(*) as play_count from marts.plays group by all;
create table marts.user_hours as
    select user_id, cast(isodow(day) as integer) as weekday, cast(hour(played_at) as integer) as hour,
        count(*) as play_count
    from marts.plays group by all;
create table marts.user_months as
    with firsts as (select user_id, artist_id, min(month) as month from marts.plays group by user_id, artist_id)
    select user_id, month, count(*) as play_count, count(distinct day) as session_count,
        count(distinct day) as active_day_count,
        (select count(*) from firsts where firsts.user_id = plays.user_id and firsts.month = plays.month)
            as discovery_count
    from marts.plays group by user_id, month;
create table marts.user_artist_years as
    with counted as (
        select user_id, cast(year(day) as integer) as year, artist_id, artist_name, count(*) as play_count
        from marts.plays group by all
    )
    select *, row_number() over (partition by user_id, year order by play_count desc, artist_id) as rank from counted;
create table marts.user_artist_months as
    with ranked as (
        select user_id, artist_id, row_number() over (partition by user_id order by count(*) desc, artist_id) as rank
        from marts.plays group by user_id, artist_id
    )
    select user_id, month, artist_id, artist_name, cast(rank as integer) as artist_rank, count(*) as play_count
    from marts.plays inner join ranked using (user_id, artist_id) where rank <= 10 group by all;
create table marts.user_records as
    select user_id, 'track_in_a_day' as record_kind, count(*) as length, day as started_on, day as ended_on,
        'track' as item_type, track_id as item_id, track_name as item_name, artist_name
    from marts.plays group by user_id, day, track_id, track_name, artist_name
    qualify row_number() over (partition by user_id order by count(*) desc, day, track_id) = 1;
create table marts.user_clusters (user_id varchar, cluster_id integer);
create table marts.cluster_profiles (
    entity_type varchar, cluster_id integer, cluster_label varchar, size bigint, share double, top_artists varchar
);
create table marts.user_themes (
    item_type varchar, model_name varchar, theme_id integer, user_id varchar, share double, rank integer
);
create table marts.themes (
    item_type varchar, model_name varchar, theme_id integer, theme_label varchar, top_items varchar
);
create table marts.similar_users (
    user_id varchar, rank integer, similar_user_id varchar, similarity double, shared_artists varchar,
    shared_artist_count bigint
);
create table marts.served_recommendations (
    item_type varchar, task varchar, model_name varchar, user_id varchar, rank integer, item_id bigint,
    item_name varchar, artist_name varchar, score double
);
create table marts.recommendation_reasons (
    item_type varchar, task varchar, model_name varchar, user_id varchar, rank integer, reason_rank integer,
    because_item_name varchar, because_artist_name varchar, contribution double
);
create table marts.playlists (
    playlist_id varchar, playlist_kind varchar, user_id varchar, title varchar, "position" integer,
    track_name varchar, artist_name varchar, why varchar
);
create table marts.load_audit_files as select false as is_demo;
"""
# what a source without times and tracks leaves
WITHOUT_TIMES = """
update marts.users set first_played_at = null, last_played_at = null, track_count = null, session_count = null;
delete from marts.plays; delete from marts.user_days; delete from marts.user_hours; delete from marts.user_months;
delete from marts.user_artist_years; delete from marts.user_artist_months; delete from marts.user_records;
"""


def write_marts(path: Path, plays: Sequence[Play], *statements: str) -> Path:
    """Write the warehouse, and change it by statements."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create temp table given (user_id varchar, artist_name varchar, track_name varchar, played_at varchar)"
        )
        if plays:
            connection.executemany("insert into given values (?, ?, ?, ?)", plays)
        connection.execute(TABLES)
        for statement in statements:
            connection.execute(statement)
    return path


def plays_of(user: str, count: int, artists: Sequence[str] = ("a",)) -> list[Play]:
    """Plays of artists in turn, on days in a row, in the evening."""
    days = [date(2008, 1, 1) + timedelta(days=number) for number in range(count)]
    return [(user, artists[n % len(artists)], f"track {n % 7}", f"{day} 20:00:00") for n, day in enumerate(days)]
