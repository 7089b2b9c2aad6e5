with

theme_users as (
    select * from {{ source('recommender', 'theme_users') }}
),

fingerprints as (
    select * from {{ ref('training_fingerprints') }}
),

final as (
    select
        theme_users.item_type,
        theme_users.model_name,
        theme_users.n_themes,
        theme_users.theme_id,
        theme_users.user_id,
        theme_users.share,
        theme_users.rank,
        theme_users.fingerprint
    from theme_users
    inner join fingerprints
        on fingerprints.split_name = 'full'
            and theme_users.item_type = fingerprints.item_type
            and theme_users.fingerprint = fingerprints.fingerprint
)

select * from final
