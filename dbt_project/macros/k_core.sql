{# Items of a user or users of an item that a member of the k-core has at least, by the columns of int_k_core_peeled. #}
{% macro core_threshold() -%}
    case
        when item_id is null then {{ var('min_items_per_user') }}
        else {{ min_users() }}
    end
{%- endmacro %}

{# Users that an item of the k-core has at least. #}
{% macro min_users() -%}
    case item_type when 'track' then {{ var('min_users_per_track') }} else {{ var('min_users_per_artist') }} end
{%- endmacro %}

{# Splits with their item types, numbered, and how many users an item of the k-core has at least. #}
{% macro core_studies(train_cells) -%}
    select
        split_name,
        item_type,
        cast(row_number() over (order by split_name, item_type) as integer) as study_number,
        {{ min_users() }} as min_users
    from (select distinct split_name, item_type from {{ train_cells }}) as distinct_studies
{%- endmacro %}

{# Cells of numbers, each once: one may be in fit and in validation. #}
{% macro core_cells(train_cells, studies, users) -%}
    select distinct
        studies.study_number,
        users.user_number,
        train_cells.item_id
    from {{ train_cells }} as train_cells
    inner join {{ studies }} as studies
        on train_cells.split_name = studies.split_name
            and train_cells.item_type = studies.item_type
    inner join {{ users }} as users on train_cells.user_id = users.user_id
{%- endmacro %}

{# Writes both as tables beside the model. #}
{% macro make_core_cells() -%}
    {%- set train_cells, studies = ref('int_train_cells'), beside_this('studies') -%}
    {%- do replace_table(studies, core_studies(train_cells)) -%}
    {%- do replace_table(beside_this('cells'), core_cells(train_cells, studies, ref('int_users_numbered'))) -%}
{%- endmacro %}

{# What comes before the model where it takes no round itself. #}
{% macro prepare_the_core() -%}
    {%- if execute and not unrolled_rounds() -%}
        {%- do make_core_cells() -%}
    {%- endif -%}
{%- endmacro %}

{# The query, or the table beside the model that was prepared with its rows. #}
{% macro prepared(name, query) -%}
    {{ query if unrolled_rounds() else 'select * from ' ~ beside_this(name) }}
{%- endmacro %}

{# Rounds that int_k_core_peeled takes in one statement; none on Spark, which writes a CTE out again for each use. #}
{% macro unrolled_rounds() -%}
    {{ return(adapter.dispatch('unrolled_rounds')()) }}
{%- endmacro %}
{% macro default__unrolled_rounds() -%}
    {{ return(var('k_core_rounds')) }}
{%- endmacro %}
{% macro spark__unrolled_rounds() -%}
    {{ return(0) }}
{%- endmacro %}

{#
Peels in a loop where the unrolled rounds of int_k_core_peeled were too few, until nothing is lost: the data decide how
many rounds that takes. One statement holds about 100 rounds before DuckDB's parser gives up, and few data need more
than the unrolled ones, so this costs one look at the table as a rule. A round is a table of the members that are left
and their degrees; cells are only read.
#}
{% macro peel_to_the_core() -%}
    {%- if execute and single_value(count_to_peel()) > 0 -%}
        {%- if unrolled_rounds() -%}
            {%- do make_core_cells() -%}
        {%- endif -%}
        {%- set lost, left = beside_this('lost'), [beside_this('left_0'), beside_this('left_1')] -%}
        {%- do replace_table(left[0], members_at_first()) -%}
        {%- set peeling = namespace(last=none) -%}
        {%- for round in range(100000) if peeling.last is none -%}
            {%- do replace_table(lost, 'select * from ' ~ left[round % 2] ~ ' where active_degree < min_degree') -%}
            {%- if single_value('select count(*) from ' ~ lost) == 0 -%}
                {%- set peeling.last = left[round % 2] -%}
            {%- else -%}
                {%- do replace_table(left[(round + 1) % 2], members_after_a_round(left[round % 2], lost)) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do replace_table(this, members_of_the_core(peeling.last)) -%}
        {%- for table in [lost] + left -%}
            {%- do run_query('drop table if exists ' ~ table) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if execute -%}
        {%- for name in ('studies', 'cells') -%}
            {%- do run_query('drop table if exists ' ~ beside_this(name)) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro count_to_peel() -%}
    select count(*) from {{ this }} where active_degree < {{ core_threshold() }}
{%- endmacro %}

{% macro single_value(query) -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}

{% macro beside_this(name) -%}
    {{ return(this.incorporate(path={'identifier': this.identifier ~ '_' ~ name})) }}
{%- endmacro %}

{# A query may read the table that it replaces. #}
{% macro replace_table(table, query) -%}
    {{ return(adapter.dispatch('replace_table')(table, query)) }}
{%- endmacro %}
{% macro default__replace_table(table, query) -%}
    {%- do run_query('create or replace table ' ~ table ~ ' as ' ~ query) -%}
{%- endmacro %}
{% macro spark__replace_table(table, query) -%}
    {%- set next = table ~ '_next' -%}
    {%- do run_query('drop table if exists ' ~ next) -%}
    {%- do run_query('create table ' ~ next ~ ' using parquet as ' ~ query) -%}
    {%- do run_query('drop table if exists ' ~ table) -%}
    {%- do run_query('alter table ' ~ next ~ ' rename to ' ~ table) -%}
{%- endmacro %}

{% macro members_at_first() -%}
    select
        studies.study_number,
        users.user_number,
        members.item_id,
        {{ core_threshold() }} as min_degree,
        members.degree as active_degree
    from {{ this }} as members
    inner join {{ beside_this('studies') }} as studies using (split_name, item_type)
    left join {{ ref('int_users_numbered') }} as users on members.user_id = users.user_id
{%- endmacro %}

{# Who is lost is lost once, so that no cell is taken off a degree twice. #}
{% macro members_after_a_round(members, lost) -%}
    with losses as (
        select cells.study_number, cells.user_number, cast(null as bigint) as item_id, count(*) as loss_count
        from {{ beside_this('cells') }} as cells
        semi join {{ lost }} as lost on cells.study_number = lost.study_number and cells.item_id = lost.item_id
        group by cells.study_number, cells.user_number
        union all
        select cells.study_number, cast(null as integer) as user_number, cells.item_id, count(*) as loss_count
        from {{ beside_this('cells') }} as cells
        semi join {{ lost }} as lost on cells.study_number = lost.study_number and cells.user_number = lost.user_number
        group by cells.study_number, cells.item_id
    ),

    staying as (
        select * from {{ members }}
        where active_degree >= min_degree
    )

    select
        staying.study_number,
        staying.user_number,
        staying.item_id,
        staying.min_degree,
        staying.active_degree - coalesce(losses.loss_count, 0) as active_degree
    from staying
    left join losses
        on staying.study_number = losses.study_number
            and staying.user_number is not distinct from losses.user_number
            and staying.item_id is not distinct from losses.item_id
{%- endmacro %}

{% macro members_of_the_core(left) -%}
    with core as (
        select studies.split_name, studies.item_type, users.user_id, members.item_id, members.active_degree
        from {{ left }} as members
        inner join {{ beside_this('studies') }} as studies on members.study_number = studies.study_number
        left join {{ ref('int_users_numbered') }} as users on members.user_number = users.user_number
    )

    select
        members.split_name,
        members.item_type,
        members.user_id,
        members.item_id,
        core.active_degree is not null as is_active,
        members.degree,
        core.active_degree
    from {{ this }} as members
    left join core
        on members.split_name = core.split_name
            and members.item_type = core.item_type
            and members.user_id is not distinct from core.user_id
            and members.item_id is not distinct from core.item_id
{%- endmacro %}
