with

feedback as (
    select * from {{ ref('feedback') }}
    where status = 'ok'
),

tracks as (
    select * from {{ ref('tracks') }}
),

tasks as (
    select * from {{ ref('int_tasks_served') }}
),

withheld_items as (
    select
        item_type,
        user_id,
        item_id,
        feedback
    from feedback
    union all
    -- what a hidden artist made
    select
        'track' as item_type,
        feedback.user_id,
        tracks.track_id as item_id,
        feedback.feedback
    from feedback
    inner join tracks on feedback.item_id = tracks.artist_id
    where feedback.item_type = 'artist' and feedback.feedback = 'hide'
),

final as (
    select distinct
        tasks.item_type,
        tasks.task,
        withheld_items.user_id,
        withheld_items.item_id
    from withheld_items
    inner join tasks
        on withheld_items.item_type = tasks.item_type
            and (withheld_items.feedback = 'hide' or tasks.task in ('discovery', 'new_artists'))
)

select * from final
