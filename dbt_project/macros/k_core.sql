{# Items of a user or users of an item that a member of the k-core has at least, by the columns of int_k_core_peeled. #}
{% macro core_threshold() -%}
    case
        when item_id is null then {{ var('min_items_per_user') }}
        when item_type = 'track' then {{ var('min_users_per_track') }}
        else {{ var('min_users_per_artist') }}
    end
{%- endmacro %}

{#
Goes on peeling where the unrolled rounds of int_k_core_peeled were too few, until nothing is lost: the data decide how
many rounds that takes. One statement holds about 100 rounds before DuckDB's parser gives up, and few data need more
than the unrolled ones, so this costs one look at the table as a rule.
#}
{% macro peel_to_the_core() -%}
    {{ return(adapter.dispatch('peel_to_the_core')()) }}
{%- endmacro %}
{% macro default__peel_to_the_core() -%}
    {%- if execute and single_value('select count(*) from ' ~ this ~ ' where active_degree < ' ~ core_threshold()) > 0 -%}
        {%- set peeling = namespace(cells=-1, done=false) -%}
        {%- do run_query(core_cells()) -%}
        {%- for round in range(100000) if not peeling.done -%}
            {%- do run_query(peel_one_round()) -%}
            {%- set left = single_value('select count(*) from core_cells') -%}
            {%- set peeling.done = left == peeling.cells -%}
            {%- set peeling.cells = left -%}
        {%- endfor -%}
        {%- do run_query(keep_the_core()) -%}
        {%- do run_query('drop table core_cells') -%}
    {%- endif -%}
{%- endmacro %}

{% macro single_value(query) -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{% macro core_cells() -%}
    create or replace temp table core_cells as
    with members as (
        select * from {{ this }}
        where active_degree >= {{ core_threshold() }}
    )
    select distinct cells.split_name, cells.item_type, cells.user_id, cells.item_id
    from {{ ref('int_train_cells') }} as cells
    semi join members as users
        on cells.split_name = users.split_name
            and cells.item_type = users.item_type
            and cells.user_id = users.user_id
    semi join members as items
        on cells.split_name = items.split_name
            and cells.item_type = items.item_type
            and cells.item_id = items.item_id
{%- endmacro %}

{% macro core_degrees() -%}
    select split_name, item_type, user_id, cast(null as bigint) as item_id, count(*) as active_degree
    from core_cells
    group by split_name, item_type, user_id
    union all
    select split_name, item_type, cast(null as varchar) as user_id, item_id, count(*) as active_degree
    from core_cells
    group by split_name, item_type, item_id
{%- endmacro %}

{% macro peel_one_round() -%}
    create or replace temp table core_cells as
    with lost as (
        select * from ({{ core_degrees() }}) as degrees
        where active_degree < {{ core_threshold() }}
    )
    select cells.* from core_cells as cells
    anti join lost as users
        on cells.split_name = users.split_name
            and cells.item_type = users.item_type
            and cells.user_id = users.user_id
    anti join lost as items
        on cells.split_name = items.split_name
            and cells.item_type = items.item_type
            and cells.item_id = items.item_id
{%- endmacro %}

{% macro keep_the_core() -%}
    create or replace table {{ this }} as
    select
        members.split_name,
        members.item_type,
        members.user_id,
        members.item_id,
        degrees.active_degree is not null as is_active,
        members.degree,
        degrees.active_degree
    from {{ this }} as members
    left join ({{ core_degrees() }}) as degrees
        on members.split_name = degrees.split_name
            and members.item_type = degrees.item_type
            and members.user_id is not distinct from degrees.user_id
            and members.item_id is not distinct from degrees.item_id
{%- endmacro %}
