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

{#
Runs after int_splits_built: a temporal row without its boundaries would have everything in fit, and one that is drawn like
a split which is not built nothing at all.
#}
{% macro refuse_split_rows() -%}
    {%- set problem -%}
        case
            when split_kind = 'random_like'
                and coalesce(like_split not in (select split_name from {{ this }} where split_kind = 'temporal'), true)
                then concat('is drawn like ', coalesce(like_split, 'none'), ', no temporal split of this build: name one in SPLITS')
            when split_kind <> 'temporal' then null
            when coalesce(fit_share, train_share, test_end_share) is not null
                and coalesce(fit_until, train_until, test_until) is not null
                then 'has both shares and dates: leave either empty'
            when (fit_share is null or train_share is null or test_end_share is null)
                and (fit_until is null or train_until is null)
                then 'lacks a boundary: give it fit_share, train_share and test_end_share, or fit_until and train_until'
        end
    {%- endset -%}
    {%- set query -%}
        select concat('Split ', split_name, ' of dbt_project/seeds/splits.csv ', {{ problem }}, '.')
        from {{ this }}
        where {{ problem }} is not null
        order by 1
    {%- endset -%}
    {{ refuse_each(query) if execute }}
{%- endmacro %}

{# Runs after int_split_parts: dates may lie where nothing was played, which shares cannot. #}
{% macro refuse_parts_without_plays() -%}
    {%- set query -%}
        select
            concat(
                'Split ', parts.split_name, ' is cut at dates that leave no plays in its part ', parts.part,
                ' (the plays are from ', min(cast(played_at as date)), ' to ', max(cast(played_at as date)),
                '): choose others in dbt_project/seeds/splits.csv, or take it out of SPLITS.'
            )
        from {{ this }} as parts
        inner join {{ ref('int_splits_built') }} as splits on parts.split_name = splits.split_name
        cross join {{ ref('plays') }} as plays
        where splits.fit_until is not null
        group by parts.split_name, parts.part
        having count(
            case
                when played_at > coalesce(parts.after, played_at - interval '1 day')
                    and played_at <= coalesce(parts.until, played_at) then 1
            end
        ) = 0
        order by 1
    {%- endset -%}
    {{ refuse_each(query) if execute and not flags.EMPTY }}
{%- endmacro %}

{# Stops with the first sentence that a query finds, if any. #}
{% macro refuse_each(query) -%}
    {%- for sentence in run_query(query).columns[0].values() -%}
        {{ exceptions.raise_compiler_error(sentence) }}
    {%- endfor -%}
{%- endmacro %}

{# True where the tasks of a split (see the seed) name this one. #}
{% macro has_task(tasks, task) -%}
    concat(',', {{ tasks }}, ',') like concat('%,', {{ task }}, ',%')
{%- endmacro %}

{#
CTEs that give each of a user's items, or groups of them, its part, ending in `parted`: ranked by an md5 with the split's
salt, the first `test_count` are test, and of the others the first `validation_count` validation. `units` has a row per split,
item type, user and `unit`, with the split's salt. By default both are shares: floor(n / held_out_one_in) of a user's n are
test, and floor(n / validation_one_in) of the n others validation.
#}
{% macro held_out_at_random(
    units,
    unit,
    test_count='floor(unit_count / held_out_one_in)',
    validation_count='floor((unit_count - floor(unit_count / held_out_one_in)) / validation_one_in)'
) -%}
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
        test_rank <= {{ test_count }} as is_test,
        row_number() over (
            partition by split_name, item_type, user_id, test_rank <= {{ test_count }}
            order by md5(concat_ws('|', salt, 'validation', user_id, {{ unit }})), {{ unit }}
        ) as validation_rank
    from test_ranked
),

parted as (
    select
        *,
        case
            when is_test then 'test'
            when validation_rank <= {{ validation_count }} then 'validation'
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

{#
When training ends: part 'fit' while tuning, 'train' (fit and validation) for the refit. A split without an end has the
last play's.
#}
{% macro training_ends(parts, last_play) -%}
    select split_name, 'fit' as part, until as ends_at from {{ parts }}
    where part = 'fit' and until is not null
    union all
    select split_name, 'train' as part, until as ends_at from {{ parts }}
    where part = 'validation'
    union all
    select {{ parts }}.split_name, 'train' as part, {{ last_play }}.played_at as ends_at from {{ parts }}
    cross join {{ last_play }}
    where {{ parts }}.part = 'fit' and {{ parts }}.until is null
{%- endmacro %}
