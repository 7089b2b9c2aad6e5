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

window_ends as (
    {{ training_ends('parts', 'last_play') }}
),

-- numbers in place of names: millions of plays are looked up and grouped by them
windows_numbered as (
    select
        *,
        cast(row_number() over (order by split_name, part) as integer) as window_number
    from window_ends
),

active_users as (
    select
        windows.window_number,
        users.item_type,
        users.user_id,
        cast(users.user_index as integer) as user_index
    from windows_numbered as windows
    inner join users on windows.split_name = users.split_name
),

active_items as (
    select
        windows.window_number,
        items.item_type,
        items.item_id,
        cast(items.item_index as integer) as item_index
    from windows_numbered as windows
    inner join items on windows.split_name = items.split_name
),
{% for item_type in ['track', 'artist'] %}
recent_{{ item_type }}_cells as (
    select
        windows.window_number,
        active_users.user_index,
        {%- for days in var('window_days') %}
        count(case when played_at > ends_at - interval '{{ days }} days' then 1 end) as plays_{{ days }},
        {%- endfor %}
        active_items.item_index
    from plays
    inner join windows_numbered as windows
        on plays.played_at > windows.ends_at - interval '{{ var("window_days") | max }} days'
            and plays.played_at <= windows.ends_at
    inner join active_users
        on windows.window_number = active_users.window_number
            and plays.user_id = active_users.user_id
            and active_users.item_type = '{{ item_type }}'
    inner join active_items
        on windows.window_number = active_items.window_number
            and plays.{{ item_type }}_id = active_items.item_id
            and active_items.item_type = '{{ item_type }}'
    group by all
),
{% endfor %}
recent_items as (
    {%- for item_type in ['track', 'artist'] %}
    select
        window_number,
        '{{ item_type }}' as item_type,
        {%- for days in var('window_days') %}
        sum(plays_{{ days }}) as plays_{{ days }},
        sum(case when plays_{{ days }} > 0 then 1 else 0 end) as listeners_{{ days }},
        {%- endfor %}
        item_index
    from recent_{{ item_type }}_cells
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    {%- for days in var('window_days') %}
    select
        windows.split_name,
        recent_items.item_type,
        windows.part,
        cast(recent_items.item_index as bigint) as item_index,
        {{ days }} as window_days,
        cast(recent_items.plays_{{ days }} as bigint) as play_count,
        cast(recent_items.listeners_{{ days }} as bigint) as listener_count
    from recent_items
    inner join windows_numbered as windows on recent_items.window_number = windows.window_number
    where plays_{{ days }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from final
