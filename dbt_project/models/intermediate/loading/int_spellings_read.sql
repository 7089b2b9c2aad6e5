{#- A second, narrow pass over the files: names are folded once per spelling, not once per play. It comes after the
first, whose reject tables have the same names. -#}
-- depends_on: {{ ref('int_lines_read') }}
with

canonical_lines as (
    {{ canonical_lines() }}
),

spellings as (
    select distinct
        artist_mbid,
        artist_name,
        track_mbid,
        track_name
    from canonical_lines
    where {{ is_decoded('raw_line') }}
),

final as (
    select
        {{ text_hash(['artist_mbid', 'artist_name', 'track_mbid', 'track_name']) }} as spelling_key,
        nullif(artist_mbid, '') as artist_mbid,
        artist_name,
        nullif(track_mbid, '') as track_mbid,
        track_name
    from spellings
    where not {{ is_blank('artist_name') }}
)

select * from final
