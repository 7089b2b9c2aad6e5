{{ config(tags='lists') }}
-- a list's ranks are 1, 2, ... without a gap, and its scores never rise with rank; those of a served list that is
-- diversified may do so among its first places, which are not in the order of the model
{%- set is_diversified = "split_name = 'full' and task in ('discovery', 'new_artists')"
    if var('diversity_kind') and var('diversity_lambda') > 0 else 'false' %}
with

recommendations as (
    select * from {{ ref('recommendations') }}
),

-- a window, since it can use the disk: lists of the scores of 12 million rows do not fit into 2.5 GB
compare_neighbours as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        rank,
        score,
        lag(rank, 1, 0) over (
            partition by split_name, item_type, task, model_name, user_id order by rank
        ) as rank_before,
        lag(score) over (
            partition by split_name, item_type, task, model_name, user_id order by rank
        ) as score_before
    from recommendations
),

final as (
    select * from compare_neighbours
    where
        rank <> rank_before + 1
        or (score > score_before and not ({{ is_diversified }} and rank <= {{ var('headline_k') }} + 1))
)

select * from final
