{{ config(post_hook='{{ refuse_split_rows() }}') }}
with

splits as (
    select * from {{ ref('splits') }}
),

load_described as (
    select case when bool_or(has_times) then 'times' else 'counts' end as kind
    from {{ ref('int_files_recognized') }}
),

marked as (
    select
        splits.*,
        coalesce(splits.default_for = load_described.kind, false) as is_default
    from splits
    cross join load_described
),

final as (
    select
        split_name,
        split_kind,
        case
            when {{ var('new_artists') }} and {{ has_task('tasks', "'discovery'") }} then concat(tasks, ',new_artists')
            else tasks
        end as tasks,
        is_default,
        fit_share,
        train_share,
        test_end_share,
        fit_until,
        train_until,
        test_until,
        held_out_one_in,
        validation_one_in,
        like_split,
        salt
    from marked
    where {{ is_built_split() }}
)

select * from final
