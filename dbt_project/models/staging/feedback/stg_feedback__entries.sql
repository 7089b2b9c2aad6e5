{{ config(materialized='table') }}

with

entries as (
    {{ read_feedback() }}
),

identified as (
    select
        entry_number,
        user_id,
        item_type,
        artist,
        title,
        feedback,
        given_on,
        {{ compare_key('artist') }} as artist_key,
        {{ compare_key('title') }} as title_key
    from entries
),

final as (
    select
        entry_number,
        user_id,
        item_type,
        artist,
        title,
        feedback,
        given_on,
        case
            when item_type = 'artist' then {{ name_id('artist_key') }}
            else {{ name_id('artist_key || chr(31) || title_key') }}
        end as item_id
    from identified
)

select * from final
