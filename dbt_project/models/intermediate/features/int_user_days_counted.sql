with

plays as (
    select * from {{ ref('plays') }}
),

final as (
    select
        user_id,
        cast(played_at as date) as day,
        {%- for part, (first_hour, last_hour) in day_parts().items() %}
        sum(case when extract(hour from played_at) between {{ first_hour }} and {{ last_hour }} then 1 else 0 end)
            as {{ part }}_plays,
        {%- endfor %}
        count(*) as play_count
    from plays
    group by all
)

select * from final
