-- depends_on: {{ ref('stg_lastfm__plays') }}
-- depends_on: {{ ref('stg_lastfm__artist_plays') }}
with

play_rejects as (
    select * from {{ source('lastfm_reader', 'stg_lastfm__plays_rejects') }}
),

artist_play_rejects as (
    select * from {{ source('lastfm_reader', 'stg_lastfm__artist_plays_rejects') }}
),

final as (
    select * from play_rejects
    union all
    select * from artist_play_rejects
)

select * from final
