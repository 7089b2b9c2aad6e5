-- Recommendations whose reasons do not add up to their score.

with

reasons as (
    select * from {{ ref('recommendation_reasons') }}
),

final as (
    select
        item_type,
        task,
        user_id,
        rank,
        score,
        sum(contribution) as contribution
    from reasons
    group by all
)

select * from final
where abs(contribution - score) > 1e-6 * abs(score) + 1e-12
