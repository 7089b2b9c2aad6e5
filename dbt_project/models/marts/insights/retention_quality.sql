with

fits as (
    select * from {{ ref('stg_recommender__retention_fits') }}
),

features as (
    select * from {{ ref('retention_features') }}
),

users as (
    select * from {{ ref('users') }}
    where first_played_at is not null
),

count_users as (
    select
        count(*) as n_users,
        {%- for part in ['train', 'test'] %}
        count(*) filter (where part = '{{ part }}') as n_{{ part }},
        avg(case when part = '{{ part }}' then cast(is_retained as integer) end) as {{ part }}_base_rate,
        {%- endfor %}
        min(case when part = 'test' then joined_at end) as test_joined_from
    from features
),

count_everyone as (
    select
        count(*) as user_count,
        max(last_played_at) - interval '{{ var("retention_last_days") }} days' as last_from
    from users
),

final as (
    select
        fits.status,
        fits.reason,
        {{ var('retention_early_days') }} as early_days,
        {{ var('retention_last_days') }} as last_days,
        count_everyone.last_from,
        count_users.test_joined_from,
        count_everyone.user_count - count_users.n_users as n_left_out,
        count_users.n_train,
        count_users.n_test,
        {{ rounded('count_users.train_base_rate') }} as train_base_rate,
        {{ rounded('count_users.test_base_rate') }} as test_base_rate,
        fits.strength,
        {%- for figure in ['auc', 'brier', 'brier_base_rate', 'brier_gain'] %}
        {%- for end in ['', '_low', '_high'] if figure != 'brier_base_rate' or not end %}
        {{ rounded('fits.' ~ figure ~ end) }} as {{ figure }}{{ end }},
        {%- endfor %}
        {%- endfor %}
        fits.brier_gain_low > 0 as is_better
    from fits
    cross join count_users
    cross join count_everyone
)

select * from final
