{#- One pass over all lines, names as a hash alone: they are read in a second pass (int_spellings_read). Two narrow
passes over the file beat a wide one by a third, and its storage by half. -#}
{{ config(post_hook="{{ copy_event_rejects(this) }}") }}

with

canonical_lines as (
    {{ canonical_lines() }}
),

final as (
    select
        file_id,
        user_id,
        played_at,
        play_count,
        {{ text_hash(['artist_mbid', 'artist_name', 'track_mbid', 'track_name']) }} as spelling_key,
        reason,
        case when {{ is_rejected('reason') }} then coalesce(raw_line, '') end as raw_line
    from canonical_lines
)

select * from final
