with

features as (
    select * from {{ ref('retention_features') }}
),

final as (
    select
        count(*) as user_count,
        md5(concat_ws('|', count(*), coalesce({{ rows_checksum([
            'user_id', 'part', 'joined_at', 'is_retained', 'play_count', 'active_days', 'session_count', 'artist_count',
            in_billionths('repeat_share'), in_billionths('discovery_share'), in_billionths('night_share'),
            in_billionths('quiet_days')
        ]) }}, ''))) as fingerprint
    from features
)

select * from final
