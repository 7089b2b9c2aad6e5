with

candidates as (
    select * from {{ ref('recall_candidates') }}
),

recommendations as (
    select * from {{ ref('recommendations') }}
    where model_name = 'reranked' and task = 'discovery'
),

count_finds as (
    select
        split_name,
        item_type,
        user_id,
        item_id,
        count(*) as member_count,
        min(rank) as best_rank
    from candidates
    group by all
),

final as (
    select
        recommendations.split_name,
        recommendations.item_type,
        recommendations.user_id,
        recommendations.item_id,
        recommendations.item_name,
        recommendations.artist_name,
        recommendations.score,
        recommendations.rank,
        coalesce(count_finds.member_count, 0) as member_count,
        count_finds.best_rank
    from recommendations
    left join count_finds
        on {{ same_keys('recommendations', 'count_finds', ['split_name', 'item_type', 'user_id', 'item_id']) }}
)

select * from final
