with

hidden as (
    select * from {{ ref('int_items_hidden') }}
),

loved as (
    select * from {{ ref('feedback') }}
    where status = 'ok' and feedback = 'love'
),

tasks as (
    select * from {{ ref('int_tasks_served') }}
),

final as (
    select
        tasks.item_type,
        tasks.task,
        hidden.user_id,
        hidden.item_id
    from hidden
    inner join tasks on hidden.item_type = tasks.item_type
    union
    select
        tasks.item_type,
        tasks.task,
        loved.user_id,
        loved.item_id
    from loved
    inner join tasks
        on loved.item_type = tasks.item_type
            and tasks.task in ('discovery', 'new_artists')
)

select * from final
