with

plays as (
    select * from {{ ref('plays') }}
),

parts as (
    select * from {{ ref('int_split_parts') }}
),

users as (
    select * from {{ ref('training_users') }}
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

-- one number in place of two names: millions of rows are grouped by it
windows_numbered as (
    select
        *,
        cast(row_number() over (order by split_name, part) as integer) as window_number
    from window_ends
),

recent_track_cells as (
    select
        windows.window_number,
        plays.user_id,
        plays.track_id,
        {%- for days in var('window_days') %}
        count(case when played_at > ends_at - interval '{{ days }} days' then 1 end) as plays_{{ days }},
        {%- endfor %}
        plays.artist_id
    from plays
    inner join windows_numbered as windows
        on plays.played_at > windows.ends_at - interval '{{ var("window_days") | max }} days'
            and plays.played_at <= windows.ends_at
    group by
        windows.window_number,
        plays.user_id,
        plays.track_id,
        plays.artist_id
),

recent_cells as (
    select
        window_number,
        'track' as item_type,
        user_id,
        {%- for days in var('window_days') %}
        plays_{{ days }},
        {%- endfor %}
        track_id as item_id
    from recent_track_cells
    union all
    select
        window_number,
        'artist' as item_type,
        user_id,
        {%- for days in var('window_days') %}
        cast(sum(plays_{{ days }}) as bigint) as plays_{{ days }},
        {%- endfor %}
        artist_id as item_id
    from recent_track_cells
    group by
        window_number,
        user_id,
        artist_id
),

recent_items as (
    select
        windows.split_name,
        recent_cells.item_type,
        windows.part,
        {%- for days in var('window_days') %}
        sum(recent_cells.plays_{{ days }}) as plays_{{ days }},
        sum(case when recent_cells.plays_{{ days }} > 0 then 1 else 0 end) as listeners_{{ days }},
        {%- endfor %}
        items.item_index
    from recent_cells
    inner join windows_numbered as windows on recent_cells.window_number = windows.window_number
    semi join users
        on windows.split_name = users.split_name
            and recent_cells.item_type = users.item_type
            and recent_cells.user_id = users.user_id
    inner join items
        on windows.split_name = items.split_name
            and recent_cells.item_type = items.item_type
            and recent_cells.item_id = items.item_id
    group by
        windows.split_name,
        recent_cells.item_type,
        windows.part,
        items.item_index
),

final as (
    {%- for days in var('window_days') %}
    select
        split_name,
        item_type,
        part,
        item_index,
        {{ days }} as window_days,
        cast(plays_{{ days }} as bigint) as play_count,
        cast(listeners_{{ days }} as bigint) as listener_count
    from recent_items
    where plays_{{ days }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
