{{ config(materialized='table') }}

with

entries as (
    {{ read_feedback() }}
),

final as (
    select
        *,
        case
            when item_type = 'artist' then {{ name_id(compare_key('artist')) }}
            else {{ name_id(track_key('artist', 'title')) }}
        end as item_id
    from entries
)

select * from final
