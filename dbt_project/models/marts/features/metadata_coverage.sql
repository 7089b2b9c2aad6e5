with

tag_lines as (
    select * from {{ ref('stg_metadata__artist_tags') }}
),

artists as (
    select * from {{ ref('artists') }}
),

artist_tags as (
    select distinct artist_id from {{ ref('artist_tags') }}
),

feature_lines as (
    select * from {{ ref('int_recording_features_merged') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

recordings as (
    select * from {{ ref('recording_feature_matrix') }}
),

describe_tags as (
    select
        'artist_tags' as metadata,
        count(*) as item_count,
        count(artist_tags.artist_id) as covered_items,
        sum(artists.play_count) as play_count,
        sum(case when artist_tags.artist_id is not null then artists.play_count end) as covered_plays,
        (select count(distinct artist_id) from tag_lines) as described_items
    from artists
    left join artist_tags on artists.artist_id = artist_tags.artist_id
),

describe_recordings as (
    select
        'recording_features' as metadata,
        count(*) as item_count,
        count(recordings.track_id) as covered_items,
        sum(tracks.play_count) as play_count,
        sum(case when recordings.track_id is not null then tracks.play_count end) as covered_plays,
        (select count(*) from feature_lines) as described_items
    from tracks
    left join recordings on tracks.track_id = recordings.track_id
),

counted as (
    select * from describe_tags
    union all
    select * from describe_recordings
),

final as (
    select
        metadata,
        cast(described_items as bigint) as described_items,
        cast(item_count as bigint) as item_count,
        cast(covered_items as bigint) as covered_items,
        cast(coalesce(covered_items / nullif(item_count, 0), 0) as double) as share_of_items,
        cast(coalesce(play_count, 0) as bigint) as play_count,
        cast(coalesce(covered_plays, 0) as bigint) as covered_plays,
        cast(coalesce(covered_plays / play_count, 0) as double) as share_of_plays
    from counted
)

select * from final
