with

hours as (
    select * from {{ ref('int_user_hours_counted') }}
),

final as (
    select
        user_id,
        day,
        {%- for part, (first_hour, last_hour) in day_parts().items() %}
        sum(case when hour between {{ first_hour }} and {{ last_hour }} then play_count else 0 end)
            as {{ part }}_plays,
        {%- endfor %}
        cast(sum(play_count) as bigint) as play_count
    from hours
    group by all
)

select * from final
