with

cells as (
    select * from {{ ref('user_item_plays') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
    where split_kind = 'random_groups'
),

files_with_artists as (
    select * from {{ ref('int_files_recognized') }}
    where has_tracks
),

checksums as (
    select
        item_type,
        {{ rows_checksum(['user_id', 'item_id']) }} as checksum
    from cells
    where exists (select * from splits)
        and not exists (select * from files_with_artists)
    group by item_type
),

final as (
    select
        item_type,
        md5(
            concat_ws('|', checksum, {{ var('min_listeners_to_group') }}, {{ var('min_group_similarity') }})
        ) as fingerprint
    from checksums
)

select * from final
