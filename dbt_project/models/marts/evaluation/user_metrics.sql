with

lists as (
    select * from {{ ref('int_user_lists_scored') }}
    where scope in ('all', 'recommendable')
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

final as (
    {%- for metric in accuracy_metrics() %}
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        lists.scope,
        lists.user_id,
        '{{ metric }}' as metric,
        lists.k,
        lists.{{ metric }} as value
    from lists
    inner join models on lists.entry_id = models.entry_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
