{#- The k-core is a fixed point. Its rounds are unrolled for all splits and item types at once: SQL has no loop that
both DuckDB and Spark know, and each round is two semi joins. `assert_k_core_is_stable` fails if they were too few. -#}
with

train_cells as (
    select distinct
        split_name,
        item_type,
        user_id,
        item_id
    from {{ ref('int_train_cells') }}
),
{% for round in range(1, var('k_core_rounds') + 1) -%}
{%- set before = 'train_cells' if loop.first else 'cells_after_' ~ (round - 1) %}
users_{{ round }} as (
    select split_name, item_type, user_id
    from {{ before }}
    group by split_name, item_type, user_id
    having count(*) >= {{ var('min_items_per_user') }}
),

user_cells_{{ round }} as (
    select {{ before }}.*
    from {{ before }}
    semi join users_{{ round }}
        on {{ before }}.split_name = users_{{ round }}.split_name
            and {{ before }}.item_type = users_{{ round }}.item_type
            and {{ before }}.user_id = users_{{ round }}.user_id
),

items_{{ round }} as (
    select split_name, item_type, item_id
    from user_cells_{{ round }}
    group by split_name, item_type, item_id
    having
        (item_type = 'track' and count(*) >= {{ var('min_users_per_track') }})
        or (item_type = 'artist' and count(*) >= {{ var('min_users_per_artist') }})
),

cells_after_{{ round }} as (
    select user_cells_{{ round }}.*
    from user_cells_{{ round }}
    semi join items_{{ round }}
        on user_cells_{{ round }}.split_name = items_{{ round }}.split_name
            and user_cells_{{ round }}.item_type = items_{{ round }}.item_type
            and user_cells_{{ round }}.item_id = items_{{ round }}.item_id
),
{% endfor %}
final as (
    select * from cells_after_{{ var('k_core_rounds') }}
)

select * from final
