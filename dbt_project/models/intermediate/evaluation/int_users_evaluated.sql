with

test_interactions as (
    select * from {{ ref('test_interactions') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

tasks as (
    select * from {{ one_column(tasks(), 'task') }}
),

scopes as (
    select * from {{ one_column(scopes(), 'scope') }}
),

count_relevant as (
    select
        test_interactions.split_name,
        test_interactions.item_type,
        tasks.task,
        scopes.scope,
        test_interactions.user_id,
        count(*) as relevant_count
    from test_interactions
    inner join splits on test_interactions.split_name = splits.split_name
    inner join tasks
        on {{ is_relevant('tasks.task', 'test_interactions') }}
            and {{ has_task(tasks_of('splits.tasks', 'test_interactions.item_type'), 'tasks.task') }}
    inner join scopes
        on {{ scope_allows('scopes.scope', 'test_interactions') }}
            and (tasks.task = 'discovery' or scopes.scope in ('all', 'recommendable'))
    where test_interactions.user_has_training
    group by all
),

final as (
    select
        split_name,
        item_type,
        task,
        scope,
        user_id,
        relevant_count,
        row_number() over (
            partition by split_name, item_type, task, scope
            order by user_id
        ) as user_position
    from count_relevant
)

select * from final
