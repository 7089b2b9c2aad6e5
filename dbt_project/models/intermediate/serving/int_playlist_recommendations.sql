with

served as (
    select * from {{ ref('served_recommendations') }}
    where item_type = 'track' and task in ('discovery', 'new_artists')
),

reasons as (
    select * from {{ ref('recommendation_reasons') }}
    where item_type = 'track' and reason_rank = 1
),

final as (
    select
        served.task,
        served.user_id,
        served.rank,
        served.item_id as track_id,
        coalesce(
            'because you play ' || reasons.because_item_name || ' by ' || reasons.because_artist_name,
            case
                when served.model_name = 'most_popular' then 'among the most played tracks that are new to you'
                else 'number ' || served.rank || ' of what is recommended to you'
            end
        ) as why
    from served
    left join reasons
        on {{ same_keys('served', 'reasons', ['task', 'user_id', 'rank']) }}
)

select * from final
