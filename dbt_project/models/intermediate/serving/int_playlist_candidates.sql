{#- a new kind is a model with these columns and its name here -#}
{%- set models = ['weekly_discovery', 'on_repeat', 'forgotten_favourites', 'groups', 'new_artists', 'more_like'] -%}
with

hidden as (
    select * from {{ ref('int_items_hidden') }}
    where item_type = 'track'
),

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
    anti join hidden
        on unioned.user_id = hidden.user_id
            and unioned.track_id = hidden.item_id
)

select * from final
