with

tasks as (
    select * from {{ ref('int_tasks_served') }}
),

recommendations as (
    select * from {{ ref('recommendations') }}
    where split_name = 'full'
),

stand_ins as (
    select * from {{ ref('int_stand_in_lists') }}
),

personal as (
    select * from {{ ref('int_personal_lists') }}
),

withheld as (
    select * from {{ ref('int_items_withheld') }}
),

lists as (
    select
        recommendations.item_type,
        recommendations.task,
        recommendations.model_name,
        recommendations.user_id,
        recommendations.rank,
        recommendations.item_id,
        recommendations.item_name,
        recommendations.artist_name,
        recommendations.score,
        recommendations.is_repeat
    from recommendations
    inner join tasks
        on {{ same_keys('recommendations', 'tasks', ['item_type', 'task', 'model_name']) }}
    union all
    select * from stand_ins
    union all
    select * from personal
),

allowed as (
    select lists.*
    from lists
    anti join withheld
        on {{ same_keys('lists', 'withheld', ['item_type', 'task', 'user_id', 'item_id']) }}
),

{%- if var('max_tracks_per_artist') %}

count_of_artist as (
    select
        *,
        row_number() over (partition by item_type, task, user_id, artist_name order by rank) as place_of_artist
    from allowed
),

{%- endif %}

final as (
    select
        item_type,
        task,
        model_name,
        user_id,
        cast(row_number() over (partition by item_type, task, user_id order by rank) as integer) as rank,
        item_id,
        item_name,
        artist_name,
        score,
        is_repeat
    from {{ 'count_of_artist' if var('max_tracks_per_artist') else 'allowed' }}
    {%- if var('max_tracks_per_artist') %}
    where item_type = 'artist' or place_of_artist <= {{ var('max_tracks_per_artist') }}
    {%- endif %}
)

select * from final
