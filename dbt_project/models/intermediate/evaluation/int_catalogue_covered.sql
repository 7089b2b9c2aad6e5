with

recommendations as (
    select * from {{ ref('int_lists_judged') }}
),

models as (
    select * from {{ ref('int_models_evaluated') }}
),

evaluated_users as (
    select * from {{ ref('int_users_evaluated') }}
    where scope = 'all'
),

catalogue as (
    select * from {{ ref('training_items') }}
),

cutoffs as (
    select * from {{ one_column(metric_cutoffs(), 'k') }}
),

catalogue_sizes as (
    select
        split_name,
        item_type,
        count(*) as item_count
    from catalogue
    group by all
),

-- one row per model of a task and length, those without any list included
groups as (
    select
        models.entry_id,
        cutoffs.k,
        catalogue_sizes.item_count,
        count(*) as n_users
    from models
    inner join catalogue_sizes
        on {{ same_keys('models', 'catalogue_sizes', ['split_name', 'item_type']) }}
    inner join evaluated_users
        on {{ same_keys('models', 'evaluated_users', ['split_name', 'item_type', 'task']) }}
    cross join cutoffs
    group by all
),

-- wide first, one pass over all recommendations; the lengths become rows below
count_lists as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where recommendations.rank <= {{ k }}) as lists_{{ k }},
        {%- endfor %}
        recommendations.entry_id,
        recommendations.item_id
    from recommendations
    semi join evaluated_users
        on {{ same_keys('recommendations', 'evaluated_users', ['split_name', 'item_type', 'task', 'user_id']) }}
    group by all
),

-- how many items are in so many lists: gini needs no more, and these are far fewer rows than items
count_items as (
    {%- for k in metric_cutoffs() %}
    select
        entry_id,
        {{ k }} as k,
        lists_{{ k }} as list_count,
        count(*) as items
    from count_lists
    where lists_{{ k }} > 0
    group by all
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- items in ascending order of lists: those before a group, counted from the first that is recommended at all
place_items as (
    select
        *,
        sum(items) over (
            partition by entry_id, k
            order by list_count
        ) - items as items_before
    from count_items
),

sum_items as (
    select
        groups.entry_id,
        groups.k,
        groups.n_users,
        groups.item_count,
        coalesce(sum(place_items.items), 0) as recommended_items,
        sum(place_items.items * place_items.list_count) as list_places,
        coalesce(sum(place_items.items * place_items.list_count * (place_items.list_count - 1)), 0) as shared_places,
        sum(
            place_items.list_count * place_items.items
            * (place_items.items_before + (place_items.items + 1) / 2)
        ) as placed_lists
    from groups
    left join place_items
        on {{ same_keys('groups', 'place_items', ['entry_id', 'k']) }}
    group by all
),

final as (
    select
        entry_id,
        k,
        n_users,
        {{ rounded('recommended_items / item_count') }} as coverage,
        {{ rounded('least(n_users * k / item_count, 1)') }} as coverage_ceiling,
        {{ rounded(
            '(2 * (placed_lists + (item_count - recommended_items) * list_places) / list_places - item_count - 1)'
            ~ ' / item_count'
        ) }} as gini,
        {{ rounded('shared_places / nullif(n_users * (n_users - 1) * k, 0)') }} as user_overlap
    from sum_items
)

select * from final
