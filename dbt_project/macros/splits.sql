{# Which rows of the seed `splits` this build uses: the load's default split, 'full', and those named in SPLITS. #}
{% macro requested_splits() -%}
    {{ return(env_var('SPLITS', '').replace(',', ' ').split()) }}
{%- endmacro %}

{% macro is_built_split() -%}
    (
        is_default
        or default_for = 'any'
        {%- for name in requested_splits() %}
        or split_name = {{ literal_text(name) }}
        {%- endfor %}
    )
{%- endmacro %}

{# True where the tasks of a split (see the seed) name this one. #}
{% macro has_task(tasks, task) -%}
    concat(',', {{ tasks }}, ',') like concat('%,', {{ task }}, ',%')
{%- endmacro %}

{#
CTEs that give each of a user's items, or groups of them, its part, ending in `parted`: ranked by an md5 with the split's
salt, the first floor(n / held_out_one_in) are test, and of the n others floor(n / validation_one_in) are validation. `units` has a row
per split, item type, user and `unit`, with the split's salt and both shares.
#}
{% macro held_out_at_random(units, unit) -%}
test_ranked as (
    select
        *,
        count(*) over (partition by split_name, item_type, user_id) as unit_count,
        row_number() over (
            partition by split_name, item_type, user_id
            order by md5(concat_ws('|', salt, 'test', user_id, {{ unit }})), {{ unit }}
        ) as test_rank
    from {{ units }}
),

validation_ranked as (
    select
        *,
        test_rank <= floor(unit_count / held_out_one_in) as is_test,
        row_number() over (
            partition by split_name, item_type, user_id, test_rank <= floor(unit_count / held_out_one_in)
            order by md5(concat_ws('|', salt, 'validation', user_id, {{ unit }})), {{ unit }}
        ) as validation_rank
    from test_ranked
),

parted as (
    select
        *,
        case
            when is_test then 'test'
            when validation_rank <= floor(
                (unit_count - floor(unit_count / held_out_one_in)) / validation_one_in
            ) then 'validation'
            else 'fit'
        end as part
    from validation_ranked
)
{%- endmacro %}

{# A split's tasks for an item type: of artists every discovery is of a new one, so that 'new_artists' is a task of tracks alone. #}
{% macro tasks_of(tasks, item_type) -%}
    case when {{ item_type }} = 'track' then {{ tasks }} else replace({{ tasks }}, ',new_artists', '') end
{%- endmacro %}

{#
Keys of the held-out items of whose parent (a track's artist, an item's group) the user has a known item. `parents` has one row
per item type and item, with its parent_id; `known` holds cells of every item type.
#}
{% macro items_of_known_parents(held_out, known, parents) -%}
    select
        {{ held_out }}.split_name,
        {{ held_out }}.item_type,
        {{ held_out }}.user_id,
        {{ held_out }}.item_id
    from {{ held_out }}
    inner join {{ parents }}
        on {{ same_keys(held_out, parents, ['item_type', 'item_id']) }}
    semi join (
        select
            {{ known }}.split_name,
            {{ known }}.item_type,
            {{ known }}.user_id,
            {{ parents }}.parent_id
        from {{ known }}
        inner join {{ parents }}
            on {{ same_keys(known, parents, ['item_type', 'item_id']) }}
        where {{ known }}.split_name <> 'full'
    ) as known_parents
        on {{ same_keys(held_out, 'known_parents', ['split_name', 'item_type', 'user_id']) }}
            and {{ parents }}.parent_id = known_parents.parent_id
{%- endmacro %}
