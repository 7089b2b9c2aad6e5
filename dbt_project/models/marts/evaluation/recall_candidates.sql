with

runs as (
    select * from {{ ref('model_runs') }}
    where model_name = 'reranked' and task = 'discovery' and members is not null
),

recommendations as (
    select * from {{ ref('recommendations') }}
    where task = 'discovery'
),

final as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.user_id,
        recommendations.item_id,
        recommendations.item_name,
        recommendations.artist_name,
        recommendations.model_name,
        recommendations.rank,
        recommendations.score
    from recommendations
    inner join runs
        on {{ same_keys('recommendations', 'runs', ['split_name', 'item_type']) }}
    where '+' || runs.members || '+' like '%+' || recommendations.model_name || '+%'
)

select * from final
