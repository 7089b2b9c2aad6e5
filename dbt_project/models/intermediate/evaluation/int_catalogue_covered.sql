with

recommendations as (
    select * from {{ ref('stg_recommender__recommendations') }}
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
    group by split_name, item_type
),

-- one row per model of a task and length, those without any list included
groups as (
    select
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        cutoffs.k,
        catalogue_sizes.item_count,
        count(*) as n_users
    from models
    inner join catalogue_sizes
        on models.split_name = catalogue_sizes.split_name
            and models.item_type = catalogue_sizes.item_type
    inner join evaluated_users
        on models.split_name = evaluated_users.split_name
            and models.item_type = evaluated_users.item_type
            and models.task = evaluated_users.task
    cross join cutoffs
    group by
        models.split_name,
        models.item_type,
        models.task,
        models.model_name,
        cutoffs.k,
        catalogue_sizes.item_count
),

-- wide first, one pass over all recommendations; the lengths become rows below
count_lists as (
    select
        {%- for k in metric_cutoffs() %}
        count(*) filter (where recommendations.rank <= {{ k }}) as lists_{{ k }},
        {%- endfor %}
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.model_name,
        recommendations.item_id
    from recommendations
    semi join evaluated_users
        on recommendations.split_name = evaluated_users.split_name
            and recommendations.item_type = evaluated_users.item_type
            and recommendations.task = evaluated_users.task
            and recommendations.user_id = evaluated_users.user_id
    group by
        recommendations.split_name,
        recommendations.item_type,
        recommendations.task,
        recommendations.model_name,
        recommendations.item_id
),

-- how many items are in so many lists: gini needs no more, and these are far fewer rows than items
count_items as (
    {%- for k in metric_cutoffs() %}
    select
        split_name,
        item_type,
        task,
        model_name,
        {{ k }} as k,
        lists_{{ k }} as list_count,
        count(*) as items
    from count_lists
    where lists_{{ k }} > 0
    group by
        split_name,
        item_type,
        task,
        model_name,
        lists_{{ k }}
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
            partition by split_name, item_type, task, model_name, k
            order by list_count
        ) - items as items_before
    from count_items
),

sum_items as (
    select
        groups.split_name,
        groups.item_type,
        groups.task,
        groups.model_name,
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
        on groups.split_name = place_items.split_name
            and groups.item_type = place_items.item_type
            and groups.task = place_items.task
            and groups.model_name = place_items.model_name
            and groups.k = place_items.k
    group by
        groups.split_name,
        groups.item_type,
        groups.task,
        groups.model_name,
        groups.k,
        groups.n_users,
        groups.item_count
),

final as (
    select
        split_name,
        item_type,
        task,
        model_name,
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
