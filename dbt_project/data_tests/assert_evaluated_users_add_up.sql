-- every user of a test part is evaluated on a task, or left out for exactly one reason
with

splits as (
    select * from {{ ref('split_summary') }}
    where part = 'test'
),

final as (
    {%- for task in tasks() %}
    select
        split_name,
        item_type,
        '{{ task }}' as task
    from splits
    where user_count <> evaluated_users_{{ task }} + left_out_nothing_relevant_{{ task }} + left_out_no_training
        or evaluated_users_{{ task }}_recommendable > evaluated_users_{{ task }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
