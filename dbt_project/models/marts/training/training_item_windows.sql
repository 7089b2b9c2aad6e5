with

plays as (
    select * from {{ ref('plays') }}
),

parts as (
    select * from {{ ref('int_split_parts') }}
),

active_cells as (
    select * from {{ ref('int_train_cells_active') }}
),

items as (
    select * from {{ ref('training_items') }}
),

last_play as (
    select max(played_at) as played_at from plays
),

-- the windows end where the part ends: 'fit' while tuning, 'train' (fit and validation) for the refit
window_ends as (
    select split_name, 'fit' as part, until as ends_at from parts
    where part = 'fit' and until is not null
    union all
    select split_name, 'train' as part, until as ends_at from parts
    where part = 'validation'
    union all
    select parts.split_name, 'train' as part, last_play.played_at as ends_at from parts
    cross join last_play
    where parts.part = 'fit' and parts.until is null
),

recent_plays as (
    select
        window_ends.split_name,
        window_ends.part,
        window_ends.ends_at,
        plays.user_id,
        plays.track_id,
        plays.artist_id,
        plays.played_at
    from plays
    inner join window_ends
        on plays.played_at > window_ends.ends_at - interval '{{ var("window_days") | max }} days'
            and plays.played_at <= window_ends.ends_at
),

recent_cells as (
    {%- for item_type in ['track', 'artist'] %}
    select
        split_name,
        '{{ item_type }}' as item_type,
        part,
        {{ item_type }}_id as item_id,
        {%- for days in var('window_days') %}
        sum(case when played_at > ends_at - interval '{{ days }} days' then 1 else 0 end) as plays_{{ days }},
        {%- endfor %}
        user_id
    from recent_plays
    group by
        split_name,
        part,
        user_id,
        {{ item_type }}_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

recent_items as (
    select
        recent_cells.split_name,
        recent_cells.item_type,
        recent_cells.part,
        {%- for days in var('window_days') %}
        sum(recent_cells.plays_{{ days }}) as plays_{{ days }},
        sum(case when recent_cells.plays_{{ days }} > 0 then 1 else 0 end) as listeners_{{ days }},
        {%- endfor %}
        recent_cells.item_id
    from recent_cells
    semi join active_cells
        on recent_cells.split_name = active_cells.split_name
            and recent_cells.item_type = active_cells.item_type
            and recent_cells.user_id = active_cells.user_id
            and recent_cells.item_id = active_cells.item_id
    group by
        recent_cells.split_name,
        recent_cells.item_type,
        recent_cells.part,
        recent_cells.item_id
),

windows as (
    {%- for days in var('window_days') %}
    select
        split_name,
        item_type,
        part,
        item_id,
        {{ days }} as window_days,
        plays_{{ days }} as play_count,
        listeners_{{ days }} as listener_count
    from recent_items
    where plays_{{ days }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        windows.split_name,
        windows.item_type,
        windows.part,
        items.item_index,
        windows.window_days,
        cast(windows.play_count as bigint) as play_count,
        cast(windows.listener_count as bigint) as listener_count
    from windows
    inner join items
        on windows.split_name = items.split_name
            and windows.item_type = items.item_type
            and windows.item_id = items.item_id
)

select * from final
