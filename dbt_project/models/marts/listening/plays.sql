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

users as (
    select * from {{ ref('int_users_numbered') }}
),

-- of a user's first n plays, those that start a session and those that do not add up to n: so a play's rank in its own
-- kind tells the number of its session, for a fifth of a running sum's cost (3 s of CPU for 19 million plays, not 17);
-- repeated lines count here and go below, since one of them may be what starts the session
ranked as (
    select
        *,
        row_number() over (partition by user_number, starts_session order by play_number) as rank_in_kind
    from sequenced
),

final as (
    select
        ranked.file_id * 10000000000 + ranked.line_number as play_id,
        users.user_id,
        spellings.track_id,
        spellings.artist_id,
        ranked.played_at,
        cast(users.user_number as bigint) * 1000000 + case
            when ranked.starts_session then ranked.rank_in_kind
            else ranked.play_number - ranked.rank_in_kind
        end as session_id,
        ranked.file_id,
        ranked.line_number
    from ranked
    anti join repeated
        on ranked.file_id = repeated.file_id
            and ranked.line_number = repeated.line_number
    inner join spellings on ranked.spelling_key = spellings.spelling_key
    inner join users on ranked.user_number = users.user_number
)

select * from final
