{#- a new kind is a model with these columns and its name here -#}
{%- set models = ['weekly_discovery', 'on_repeat', 'forgotten_favourites', 'groups', 'new_artists', 'more_like'] -%}
with

unioned as (
    {%- for model in models %}
    select
        playlist_kind,
        user_id,
        subject,
        title,
        track_id,
        cast(priority as double) as priority,
        why
    from {{ ref('int_playlist_' ~ model) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        -- a part that is null is left out
        concat_ws(':', playlist_kind, user_id, subject) as playlist_id,
        playlist_kind,
        user_id,
        title,
        track_id,
        priority,
        why
    from unioned
)

select * from final
