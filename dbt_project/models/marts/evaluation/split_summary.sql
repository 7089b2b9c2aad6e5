with

cells as (
    select * from {{ ref('int_cells_split') }}
),

splits as (
    select * from {{ ref('int_splits_built') }}
),

parts as (
    select * from {{ ref('int_split_parts') }}
),

test_interactions as (
    select * from {{ ref('test_interactions') }}
),

evaluated_users as (
    select * from {{ ref('int_users_evaluated') }}
),

count_parts as (
    select
        split_name,
        item_type,
        part,
        count(distinct user_id) as user_count,
        count(distinct item_id) as item_count,
        count(*) as cell_count,
        cast(sum(play_count) as bigint) as play_count,
        min(first_played_at) as starts_at,
        max(last_played_at) as ends_at
    from cells
    group by all
),

describe_test as (
    select
        split_name,
        item_type,
        count(distinct user_id) filter (where user_has_training) as trained_users,
        count(distinct user_id) filter (where not user_has_training) as left_out_no_training,
        count(*) filter (where is_repeat) / count(*) as share_repeat,
        sum(play_count) filter (where is_repeat) / sum(play_count) as share_repeat_plays,
        count(*) filter (where is_recommendable) / count(*) as share_recommendable
    from test_interactions
    group by all
),

count_evaluated as (
    select
        {%- for task in tasks() %}
        count(*) filter (where task = '{{ task }}' and scope = 'all') as {{ task }}_users,
        count(*) filter (where task = '{{ task }}' and scope = 'recommendable') as {{ task }}_users_recommendable,
        {%- endfor %}
        split_name,
        item_type
    from evaluated_users
    group by all
),

applicable as (
    select
        count_parts.*,
        splits.split_kind,
        splits.like_split,
        {{ tasks_of('splits.tasks', 'count_parts.item_type') }} as tasks,
        parts.after as starts_after,
        count_parts.part = 'test' as is_test
    from count_parts
    inner join splits on count_parts.split_name = splits.split_name
    left join parts
        on {{ same_keys('count_parts', 'parts', ['split_name', 'part']) }}
),

-- only a test part has evaluated users, on the tasks of its split
final as (
    select
        applicable.split_name,
        applicable.item_type,
        applicable.part,
        applicable.like_split,
        applicable.user_count,
        applicable.item_count,
        applicable.cell_count,
        applicable.play_count,
        applicable.starts_after,
        case when applicable.split_kind in ('temporal', 'full') then applicable.starts_at end as starts_at,
        case when applicable.split_kind in ('temporal', 'full') then applicable.ends_at end as ends_at,
        {%- for task in tasks() %}
        {%- set applies = 'applicable.is_test and ' ~ has_task('applicable.tasks', literal_text(task)) %}
        {%- set evaluated = 'coalesce(count_evaluated.' ~ task ~ '_users, 0)' %}
        case when {{ applies }} then {{ evaluated }} end as evaluated_users_{{ task }},
        case
            when {{ applies }} then coalesce(count_evaluated.{{ task }}_users_recommendable, 0)
        end as evaluated_users_{{ task }}_recommendable,
        case
            when {{ applies }} then describe_test.trained_users - {{ evaluated }}
        end as left_out_nothing_relevant_{{ task }},
        {%- endfor %}
        describe_test.left_out_no_training,
        case when {{ has_task('applicable.tasks', "'repeat'") }} then describe_test.share_repeat end as share_repeat,
        case
            when {{ has_task('applicable.tasks', "'repeat'") }} then describe_test.share_repeat_plays
        end as share_repeat_plays,
        describe_test.share_recommendable
    from applicable
    left join describe_test
        on {{ same_keys('applicable', 'describe_test', ['split_name', 'item_type']) }}
            and applicable.is_test
    left join count_evaluated
        on {{ same_keys('applicable', 'count_evaluated', ['split_name', 'item_type']) }}
            and applicable.is_test
)

select * from final
