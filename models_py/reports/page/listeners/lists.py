"""What a listener may want to play: forgotten favourites, recommendations with their reasons, playlists."""

from models_py.reports.examples import Example
from models_py.reports.page.asking import Marts, literal
from models_py.reports.page.blocks import Column, Missing, Sentence, Table

LENGTH = 10
# tracks of a playlist, and reasons of a recommendation, that are named
TRACKS, REASONS = 3, 2


def forgotten(marts: Marts, person: Example) -> Table | Sentence:
    """List what the listener played often and not for long."""
    asked = marts.ask(
        f"""
        select
            track_name,
            artist_name,
            why
        from marts.playlists
        where playlist_kind = 'forgotten_favourites' and user_id = {literal(person.user_id)} and position <= {LENGTH}
        order by position
        """
    )
    if not asked.rows:
        return Sentence("No forgotten favourites: no track was played often and then not for long.", asked.sql)
    columns = (Column("track_name", "Track"), Column("artist_name", "Artist"), Column("why", "Because of"))
    return Table(f"forgotten_{person.kind}", "Forgotten favourites", columns, asked.rows, asked.sql)


def artists_to_discover(marts: Marts, person: Example) -> Table | Missing:
    """List the artists that are recommended to the listener."""
    return _recommended(marts, person, "artist")


def tracks_to_discover(marts: Marts, person: Example) -> Table | Missing:
    """List the tracks that are recommended to the listener."""
    return _recommended(marts, person, "track")


def playlists(marts: Marts, person: Example) -> Table | Missing:
    """List the listener's playlists by their first tracks."""
    asked = marts.ask(
        f"""
        select
            title,
            count(*) as tracks,
            string_agg(track_name || ' by ' || artist_name, '; ' order by position)
                filter (where position <= {TRACKS}) as first_tracks
        from marts.playlists
        where user_id = {literal(person.user_id)}
        group by playlist_id, playlist_kind, title
        order by
            list_position(['weekly_discovery', 'on_repeat', 'new_artists', 'more_like'], playlist_kind) nulls last,
            playlist_id
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: {person.user_id} has no playlists, which need tracks.")
    columns = (Column("title", "Playlist"), Column("tracks", "Tracks", ","), Column("first_tracks", "Begins with"))
    return Table(f"playlists_{person.kind}", "Playlists", columns, asked.rows, asked.sql)


def _recommended(marts: Marts, person: Example, item_type: str) -> Table | Missing:
    called = "item_name || ' by ' || artist_name" if item_type == "track" else "item_name"
    because = called.replace("item_name", "because_item_name").replace("artist_name", "because_artist_name")
    asked = marts.ask(
        f"""
        with

        listed as (
            select rank, {called} as item, model_name
            from marts.served_recommendations
            where
                user_id = {literal(person.user_id)}
                and item_type = '{item_type}'
                and task = 'discovery'
                and rank <= {LENGTH}
        ),

        reasons as (
            select rank, string_agg({because}, '; ' order by reason_rank) as because
            from marts.recommendation_reasons
            where
                user_id = {literal(person.user_id)}
                and item_type = '{item_type}'
                and task = 'discovery'
                and because_item_name is not null
                and contribution > 0
                and reason_rank <= {REASONS}
            group by rank
        )

        select
            listed.rank,
            listed.item,
            coalesce(
                'you play ' || reasons.because,
                case when listed.model_name = 'most_popular' then 'many play it' end
            ) as because,
            listed.model_name
        from listed
        left join reasons on listed.rank = reasons.rank
        order by listed.rank
        """
    )
    if not asked.rows:
        return Missing(f"Not enough data: no {item_type}s are recommended to {person.user_id}.")
    columns = (Column("rank", "Rank", "d"), Column("item", item_type.capitalize()), Column("because", "Because"))
    return Table(
        f"{item_type}s_to_discover_{person.kind}",
        f"{item_type.capitalize()}s to discover",
        columns,
        asked.rows,
        asked.sql,
        f"Ranked by {asked.first['model_name']}, as served; what weighs most is named first.",
    )
