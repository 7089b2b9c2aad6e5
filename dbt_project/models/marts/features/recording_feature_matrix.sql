with

recordings as (
    select * from {{ ref('int_recording_features_merged') }}
),

spellings as (
    select * from {{ ref('int_spellings_counted') }}
),

tracks as (
    select * from {{ ref('tracks') }}
),

-- a song can have six MBIDs: of those with features the most played one stands for it
rank_recordings as (
    select
        spellings.track_id,
        recordings.recording_mbid,
        row_number() over (
            partition by spellings.track_id order by sum(spellings.play_count) desc, recordings.recording_mbid
        ) as mbid_rank
    from spellings
    inner join recordings on lower(spellings.track_mbid) = recordings.recording_mbid
    group by spellings.track_id, recordings.recording_mbid
),

final as (
    select
        tracks.track_id,
        {%- for feature in recording_features() %}
        recordings.{{ feature }},
        {%- endfor %}
        recordings.recording_mbid
    from rank_recordings
    inner join tracks on rank_recordings.track_id = tracks.track_id
    inner join recordings on rank_recordings.recording_mbid = recordings.recording_mbid
    where rank_recordings.mbid_rank = 1
)

select * from final
