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
    {%- if execute and single_value(count_to_peel()) > 0 -%}
        {%- set peeling = namespace(cells=-1, done=false) -%}
        {%- do run_query('create or replace temp table core_cells as ' ~ cells_of_members()) -%}
        {%- for round in range(100000) if not peeling.done -%}
            {%- do run_query('create or replace temp table core_cells as ' ~ cells_of_another_round('core_cells')) -%}
            {%- set left = single_value('select count(*) from core_cells') -%}
            {%- set peeling.done = left == peeling.cells -%}
            {%- set peeling.cells = left -%}
        {%- endfor -%}
        {%- do run_query('create or replace table ' ~ this ~ ' as ' ~ members_of_the_core('core_cells')) -%}
        {%- do run_query('drop table core_cells') -%}
    {%- endif -%}
{%- endmacro %}

{# Chains of CTEs are written out again for each use there, so that every round is a table. #}
{% macro spark__peel_to_the_core() -%}
    {%- if execute and single_value(count_to_peel()) > 0 -%}
        {%- set cells, core = this ~ '_cells', this ~ '_core' -%}
        {%- set peeling = namespace(cells=-1, done=false) -%}
        {%- do make_table(cells ~ '_0', cells_of_members()) -%}
        {%- for round in range(100000) if not peeling.done -%}
            {%- do make_table(cells ~ '_' ~ (round + 1), cells_of_another_round(cells ~ '_' ~ round)) -%}
            {%- do run_query('drop table ' ~ cells ~ '_' ~ round) -%}
            {%- set left = single_value('select count(*) from ' ~ cells ~ '_' ~ (round + 1)) -%}
            {%- set peeling.done = left == peeling.cells -%}
            {%- set peeling.cells, peeling.last = left, cells ~ '_' ~ (round + 1) -%}
        {%- endfor -%}
        {%- do make_table(core, members_of_the_core(peeling.last)) -%}
        {%- do run_query('drop table ' ~ peeling.last) -%}
        {%- do run_query('drop table ' ~ this) -%}
        {%- do run_query('alter table ' ~ core ~ ' rename to ' ~ this) -%}
    {%- endif -%}
{%- endmacro %}

{% macro make_table(name, query) -%}
    {%- do run_query('drop table if exists ' ~ name) -%}
    {%- do run_query('create table ' ~ name ~ ' using parquet as ' ~ query) -%}
{%- endmacro %}

{# Rounds that int_k_core_peeled takes in one statement. #}
{% macro unrolled_rounds() -%}
    {{ return(adapter.dispatch('unrolled_rounds')()) }}
{%- endmacro %}
{% macro default__unrolled_rounds() -%}
    {{ return(var('k_core_rounds')) }}
{%- endmacro %}
{% macro spark__unrolled_rounds() -%}
    {{ return(1) }}
{%- endmacro %}

{% macro count_to_peel() -%}
    select count(*) from {{ this }} where active_degree < {{ core_threshold() }}
{%- endmacro %}

{% macro single_value(query) -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{% macro cells_of_members() -%}
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

{% macro core_degrees(cells) -%}
    select split_name, item_type, user_id, cast(null as bigint) as item_id, count(*) as active_degree
    from {{ cells }}
    group by split_name, item_type, user_id
    union all
    select split_name, item_type, cast(null as string) as user_id, item_id, count(*) as active_degree
    from {{ cells }}
    group by split_name, item_type, item_id
{%- endmacro %}

{% macro cells_of_another_round(cells) -%}
    with lost as (
        select * from ({{ core_degrees(cells) }}) as degrees
        where active_degree < {{ core_threshold() }}
    )
    select cells.* from {{ cells }} as cells
    anti join lost as users
        on cells.split_name = users.split_name
            and cells.item_type = users.item_type
            and cells.user_id = users.user_id
    anti join lost as items
        on cells.split_name = items.split_name
            and cells.item_type = items.item_type
            and cells.item_id = items.item_id
{%- endmacro %}

{% macro members_of_the_core(cells) -%}
    select
        members.split_name,
        members.item_type,
        members.user_id,
        members.item_id,
        degrees.active_degree is not null as is_active,
        members.degree,
        degrees.active_degree
    from {{ this }} as members
    left join ({{ core_degrees(cells) }}) as degrees
        on members.split_name = degrees.split_name
            and members.item_type = degrees.item_type
            and members.user_id is not distinct from degrees.user_id
            and members.item_id is not distinct from degrees.item_id
{%- endmacro %}
