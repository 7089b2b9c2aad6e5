with

plays as (
    select * from {{ ref('plays') }}
),

final as (
    select
        track_id,
        {%- for part, (first_hour, last_hour) in day_parts().items() %}
        sum(case when extract(hour from played_at) between {{ first_hour }} and {{ last_hour }} then 1 else 0 end)
            as {{ part }}_plays,
        {%- endfor %}
        sum(case when {{ is_weekend('played_at') }} then 1 else 0 end) as weekend_plays,
        count(*) as play_count
    from plays
    group by track_id
)

select * from final
