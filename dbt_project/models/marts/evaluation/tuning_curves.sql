with

trials as (
    select * from {{ ref('tuning_trials') }}
),

trial_counts as (
    select number + 1 as trial_count
    from {{ whole_numbers_below(var('tuning_trials')) }}
),

searches as (
    select
        split_name,
        item_type,
        task,
        model_name,
        count(*) as trials_run
    from trials
    group by all
),

-- a smaller space is searched whole before others are: its best stays
best_so_far as (
    select
        searches.split_name,
        searches.item_type,
        searches.task,
        searches.model_name,
        searches.trials_run,
        trial_counts.trial_count,
        max(trials.validation_ndcg) as best_validation_ndcg
    from searches
    cross join trial_counts
    inner join trials
        on {{ same_keys('searches', 'trials', ['split_name', 'item_type', 'task', 'model_name']) }}
            and trial_counts.trial_count > trials.trial
    group by all
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
        cast(trial_count as integer) as trial_count,
        trial_count <= trials_run as is_run,
        best_validation_ndcg,
        cast(row_number() over (
            partition by split_name, item_type, task, trial_count
            order by best_validation_ndcg desc, model_name asc
        ) as integer) as validation_rank
    from best_so_far
)

select * from final
