with

lists as (
    select * from {{ ref('int_user_lists_scored') }}
    where scope = 'all' and k = {{ var('headline_k') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

segments as (
    select * from {{ ref('int_user_segments') }}
),

band_recalls as (
    select * from {{ ref('int_bands_recalled') }}
),

scores as (
    select
        lists.entry_id,
        segments.segment,
        segments.segment_value,
        'ndcg' as metric,
        lists.user_id,
        lists.ndcg as value
    from lists
    inner join models on lists.entry_id = models.entry_id
    inner join segments
        on {{ same_keys('models', 'segments', ['split_name', 'item_type']) }}
            and lists.user_id = segments.user_id
    union all
    select
        entry_id,
        'item_popularity' as segment,
        band as segment_value,
        'recall' as metric,
        user_id,
        recall as value
    from band_recalls
),

-- every model has the same users, who have the same places in a segment, so that all are drawn alike
place_users as (
    select
        *,
        dense_rank() over (
            partition by entry_id, segment, segment_value
            order by user_id
        ) - 1 as user_position
    from scores
),

sum_blocks as (
    select
        entry_id,
        segment,
        segment_value,
        metric,
        user_position % {{ bootstrap_blocks() }} + 1 as block,
        sum(value) as value,
        cast(count(*) as double) as user_count
    from place_users
    group by all
),

final as (
    select
        entry_id,
        segment,
        segment_value,
        metric,
        count(*) as block_count,
        cast(sum(user_count) as bigint) as n_users,
        sum(value) / sum(user_count) as value,
        {{ ordered_list('value', 'block') }} as value_sums,
        {{ ordered_list('user_count', 'block') }} as user_counts
    from sum_blocks
    group by all
)

select * from final
