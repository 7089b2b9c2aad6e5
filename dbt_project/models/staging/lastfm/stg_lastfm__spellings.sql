{#- A second, narrow pass over the file: names are folded once per spelling, not once per play. -#}
{{ config(materialized='table') }}

with

play_lines as (
    {{ read_lines(event_files('1k')) }}
),

artist_play_lines as (
    {{ read_lines(event_files('360k')) }}
),

named as (
    select
        fields[3] as artist_mbid,
        fields[4] as artist_name,
        fields[5] as track_mbid,
        fields[6] as track_name
    from (select string_split(line, chr(9)) as fields from play_lines) as split_lines
    where len(fields) = 6
    union all
    select
        fields[2] as artist_mbid,
        fields[3] as artist_name,
        '' as track_mbid,
        '' as track_name
    from (select string_split(line, chr(9)) as fields from artist_play_lines) as split_lines
    where len(fields) = 4
),

spellings as (
    select distinct
        artist_mbid,
        artist_name,
        track_mbid,
        track_name
    from named
),

final as (
    select
        hash(artist_mbid, artist_name, track_mbid, track_name) as spelling_key,
        nullif(artist_mbid, '') as artist_mbid,
        artist_name,
        nullif(track_mbid, '') as track_mbid,
        track_name
    from spellings
    where not {{ is_blank('artist_name') }}
)

select * from final
