{#- One pass over all lines, names as a hash alone: they are read in a second pass (int_spellings_read). Two narrow
passes over the file beat a wide one by a third, and its storage by half. -#}
{{ config(post_hook="{{ copy_event_rejects(this) }}") }}
{%- set is_text = is_decoded('raw_line') %}

with

canonical_lines as (
    {{ canonical_lines() }}
),

final as (
    select
        file_id,
        case when {{ is_text }} then user_id end as user_id,
        case when {{ is_text }} then played_at end as played_at,
        case when {{ is_text }} then play_count end as play_count,
        {{ text_hash(['artist_mbid', 'artist_name', 'track_mbid', 'track_name']) }} as spelling_key,
        case when {{ is_text }} then reason else 'not UTF-8' end as reason,
        {{ places_of_lines() }}
        case
            when not {{ is_text }} or {{ is_rejected('reason') }} then coalesce({{ decoded('raw_line') }}, '')
        end as raw_line
    from canonical_lines
)

select * from final
