with

spellings as (
    select * from {{ ref('int_spellings_read') }}
),

artist_keys as (
    select
        artist_name,
        {{ compare_key('artist_name') }} as artist_key
    from spellings
    group by artist_name
),

keyed as (
    select
        spellings.spelling_key,
        spellings.artist_name,
        spellings.artist_mbid,
        spellings.track_name,
        spellings.track_mbid,
        artist_keys.artist_key,
        artist_keys.artist_key || chr(31) || {{ compare_key('spellings.track_name') }} as track_key
    from spellings
    inner join artist_keys on spellings.artist_name = artist_keys.artist_name
),

final as (
    select
        spelling_key,
        {{ name_id('artist_key') }} as artist_id,
        {{ name_id('track_key') }} as track_id,
        artist_key,
        track_key,
        artist_name,
        artist_mbid,
        case when track_key like '%' || chr(31) then '(untitled)' else track_name end as track_name,
        coalesce(track_key like '%' || chr(31), false) as is_untitled,
        track_mbid
    from keyed
)

select * from final
