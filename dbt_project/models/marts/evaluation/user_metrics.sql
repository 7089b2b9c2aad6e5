with

lists as (
    select * from {{ ref('int_user_lists_scored') }}
),

final as (
    {%- for metric in accuracy_metrics() %}
    select
        split_name,
        item_type,
        task,
        model_name,
        scope,
        user_id,
        '{{ metric }}' as metric,
        k,
        {{ metric }} as value
    from lists
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
