-- lists that diversity leaves as they are have the figures of the model itself
with

steps as (
    select * from {{ ref('accuracy_diversity') }}
),

metrics as (
    select * from {{ ref('model_metrics') }}
    where task = 'discovery' and scope = 'all' and k = {{ var('headline_k') }}
),

unchanged as (
    {%- for metric in ['ndcg', 'tag_diversity', 'artist_diversity', 'novelty'] %}
    select
        steps.split_name,
        steps.item_type,
        steps.model_name,
        steps.diversity_kind,
        '{{ metric }}' as metric,
        steps.{{ metric }} as value
    from steps
    where steps.lambda = 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        unchanged.*,
        metrics.value as value_of_model
    from unchanged
    left join metrics
        on {{ same_keys('unchanged', 'metrics', ['split_name', 'item_type', 'model_name', 'metric']) }}
    where coalesce(abs(unchanged.value - metrics.value) > 1e-9, (unchanged.value is null) <> (metrics.value is null))
)

select * from final
