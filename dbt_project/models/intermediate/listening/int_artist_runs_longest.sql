with

sequenced as (
    select * from {{ ref('int_plays_sequenced') }}
),

repeated as (
    select * from {{ ref('int_plays_repeated') }}
),

spellings as (
    select * from {{ ref('int_spellings_identified') }}
),

users_numbered as (
    select * from {{ ref('int_users_numbered') }}
),

users as (
    select * from {{ ref('users') }}
),

number_plays as (
    select
        sequenced.user_number,
        sequenced.played_at,
        spellings.artist_id,
        row_number() over user_plays as play_number,
        lead(spellings.artist_id) over user_plays as next_artist_id,
        lead(sequenced.played_at) over user_plays as next_played_at
    from sequenced
    anti join repeated
        on sequenced.file_id = repeated.file_id
            and sequenced.line_number = repeated.line_number
    inner join spellings on sequenced.spelling_key = spellings.spelling_key
    window user_plays as (partition by sequenced.user_number order by sequenced.play_number)
),

end_runs as (
    select *
    from number_plays
    where coalesce(artist_id <> next_artist_id, true)
),

-- a run goes from the play after the last one of the run before to its own last one
measure_runs as (
    select
        user_number,
        artist_id,
        lag(next_played_at) over user_runs as started_at,
        played_at as ended_at,
        play_number - lag(play_number, 1, cast(0 as bigint)) over user_runs as play_count
    from end_runs
    window user_runs as (partition by user_number order by play_number)
),

rank_runs as (
    select
        *,
        row_number() over (
            partition by user_number order by play_count desc, ended_at asc, artist_id asc
        ) as place
    from measure_runs
),

final as (
    select
        users.user_id,
        rank_runs.artist_id,
        coalesce(rank_runs.started_at, users.first_played_at) as started_at,
        rank_runs.ended_at,
        rank_runs.play_count
    from rank_runs
    inner join users_numbered on rank_runs.user_number = users_numbered.user_number
    inner join users on users_numbered.user_id = users.user_id
    where rank_runs.place = 1
)

select * from final
