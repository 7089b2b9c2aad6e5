{#- dbt prints error_if where the test fails, and the comment in it is the sentence for whoever reads that. -#}
{{ config(
    tags='lists',
    error_if='!= 0 /* lists are shorter than their task allows, or missing: run make evaluate */'
) }}
-- each active user has a list of each model that ran for a task, unless the task allows no item at all;
-- only a list below the full length is compared with what the task allows, so that few users' cells are counted
with

recommendations as (
    select * from {{ ref('recommendations') }}
),

runs as (
    select * from {{ ref('stg_recommender__runs') }}
    where status = 'ok'
),

users as (
    select * from {{ ref('training_users') }}
),

items as (
    select * from {{ ref('training_items') }}
),

cells as (
    select * from {{ ref('training_interactions') }}
),

count_listed as (
    select
        split_name,
        item_type,
        task,
        model_name,
        user_id,
        count(*) as item_count
    from recommendations
    group by split_name, item_type, task, model_name, user_id
),

short_lists as (
    select
        runs.split_name,
        runs.item_type,
        runs.task,
        runs.model_name,
        users.user_id,
        users.user_index,
        coalesce(count_listed.item_count, 0) as listed_items
    from runs
    inner join users
        on runs.split_name = users.split_name
            and runs.item_type = users.item_type
    left join count_listed
        on runs.split_name = count_listed.split_name
            and runs.item_type = count_listed.item_type
            and runs.task = count_listed.task
            and runs.model_name = count_listed.model_name
            and users.user_id = count_listed.user_id
    where coalesce(count_listed.item_count, 0) < {{ var('list_length') }}
),

-- a cell of a temporal split may lie in fit and in validation
count_played as (
    select
        cells.split_name,
        cells.item_type,
        cells.user_index,
        count(distinct cells.item_index) as item_count
    from cells
    semi join short_lists
        on cells.split_name = short_lists.split_name
            and cells.item_type = short_lists.item_type
            and cells.user_index = short_lists.user_index
    group by cells.split_name, cells.item_type, cells.user_index
),

known_artists as (
    select distinct split_name, item_type, user_index, parent_item_index
    from {{ ref('training_known_artists') }}
),

count_by_known_artists as (
    select
        known_artists.split_name,
        known_artists.item_type,
        known_artists.user_index,
        count(*) as item_count
    from known_artists
    inner join items
        on known_artists.split_name = items.split_name
            and known_artists.item_type = items.item_type
            and known_artists.parent_item_index = items.parent_item_index
    group by known_artists.split_name, known_artists.item_type, known_artists.user_index
),

catalogues as (
    select
        split_name,
        item_type,
        count(*) as item_count
    from items
    group by split_name, item_type
),

measure_lists as (
    select
        short_lists.split_name,
        short_lists.item_type,
        short_lists.task,
        short_lists.model_name,
        short_lists.user_id,
        short_lists.listed_items,
        least({{ var('list_length') }}, case short_lists.task
            when 'discovery' then catalogues.item_count - count_played.item_count
            when 'new_artists' then catalogues.item_count - coalesce(count_by_known_artists.item_count, 0)
            when 'repeat' then count_played.item_count
            else catalogues.item_count
        end) as possible_items
    from short_lists
    inner join catalogues
        on short_lists.split_name = catalogues.split_name
            and short_lists.item_type = catalogues.item_type
    inner join count_played
        on short_lists.split_name = count_played.split_name
            and short_lists.item_type = count_played.item_type
            and short_lists.user_index = count_played.user_index
    left join count_by_known_artists
        on short_lists.split_name = count_by_known_artists.split_name
            and short_lists.item_type = count_by_known_artists.item_type
            and short_lists.user_index = count_by_known_artists.user_index
),

final as (
    select * from measure_lists
    where listed_items < possible_items
)

select * from final
