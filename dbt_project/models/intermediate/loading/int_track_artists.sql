with

spellings as (
    select * from {{ ref('int_spellings_identified') }}
    where track_id is not null
),

final as (
    select distinct
        track_id,
        artist_id
    from spellings
)

select * from final
