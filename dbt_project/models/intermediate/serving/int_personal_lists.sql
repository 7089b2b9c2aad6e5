with

tasks as (
    select * from {{ ref('int_tasks_served') }}
    where model_name is null
        and task in ('repeat', 'all')
),

users as (
    select * from {{ ref('int_users_served') }}
),

cells as (
    select * from {{ ref('user_item_plays') }}
),

items as (
    select * from {{ ref('item_popularity') }}
),

last_plays as (
    select
        max(last_played_at) as last_played_at,
        (select count(*) from users) as user_count
    from cells
),

-- of too few people nothing can be learnt for each other
plays as (
    select
        cells.*,
        {{ days_between('cast(cells.last_played_at as date)', 'cast(last_plays.last_played_at as date)') }}
            as days_since
    from cells
    semi join users on cells.user_id = users.user_id
    cross join last_plays
    where last_plays.user_count < {{ var('min_users_to_learn') }}
),

scored as (
    select
        tasks.item_type,
        tasks.task,
        case when tasks.task = 'all' then 'personal_recent' else 'personal_top' end as model_name,
        plays.user_id,
        plays.item_id,
        plays.play_count * case
            when tasks.task = 'all' then pow(0.5, plays.days_since / {{ var('personal_half_life_days') }})
            else 1.0
        end as score
    from tasks
    inner join plays on tasks.item_type = plays.item_type
),

ranked as (
    select
        *,
        row_number() over (partition by item_type, task, user_id order by score desc, item_id asc) as rank
    from scored
),

final as (
    select
        ranked.item_type,
        ranked.task,
        ranked.model_name,
        ranked.user_id,
        cast(ranked.rank as integer) as rank,
        ranked.item_id,
        items.item_name,
        items.artist_name,
        cast(ranked.score as double) as score,
        true as is_repeat
    from ranked
    inner join items on {{ same_keys('ranked', 'items', ['item_type', 'item_id']) }}
    where ranked.rank <= {{ var('list_length') }}
        and ranked.score is not null
)

select * from final
