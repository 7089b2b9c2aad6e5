with

profiles as (
    select
        *,
        lower(country) as country_key
    from {{ ref('stg_lastfm__profile_lines') }}
    where reason is null
),

-- of spellings that are as frequent, one in capitals and small letters is more likely to be how the country is written
rank_countries as (
    select
        country_key,
        country,
        row_number() over (
            partition by country_key
            order by count(*) desc, case when country in (upper(country), country_key) then 1 else 0 end, country
        ) as spelling_rank
    from profiles
    where country is not null
    group by
        country_key,
        country
),

final as (
    select
        profiles.user_id,
        {{ gender_level('profiles.gender') }} as gender,
        case
            when profiles.age between {{ var('min_age') }} and {{ var('max_age') }} then profiles.age
        end as age,
        rank_countries.country,
        case
            when profiles.registered_on between date '2002-01-01' and cast({{ load_time() }} + interval '1 day' as date)
                then profiles.registered_on
        end as registered_on
    from profiles
    left join rank_countries
        on profiles.country_key = rank_countries.country_key
            and rank_countries.spelling_rank = 1
)

select * from final
