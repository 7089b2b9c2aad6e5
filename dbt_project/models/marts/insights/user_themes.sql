with

theme_users as (
    select * from {{ ref('stg_recommender__theme_users') }}
),

chosen as (
    select * from {{ ref('int_theme_trials_judged') }}
    where is_chosen
),

final as (
    select
        theme_users.item_type,
        theme_users.model_name,
        theme_users.theme_id,
        theme_users.user_id,
        theme_users.share,
        theme_users.rank
    from theme_users
    inner join chosen
        on {{ same_keys('theme_users', 'chosen', ['item_type', 'model_name', 'n_themes']) }}
)

select * from final
