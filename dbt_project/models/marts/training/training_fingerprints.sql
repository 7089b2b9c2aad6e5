{%- set marts = {
    'training_users': ['user_index', 'user_id'],
    'training_items': ['item_index', 'item_id', 'parent_item_index'],
    'training_interactions': [
        'part', 'user_index', 'item_index', 'play_count', 'first_played_at', 'last_played_at'
    ],
    'training_item_windows': ['part', 'item_index', 'window_days', 'play_count', 'listener_count'],
    'training_interaction_periods': ['part', 'user_index', 'item_index', 'period', 'age_days', 'play_count'],
    'training_tags': ['parent_item_index', 'tag_index', 'tag_count'],
    'validation_interactions': ['user_index', 'item_id', 'item_index', 'is_repeat', 'is_new_artist'],
    'training_known_artists': ['part', 'user_index', 'parent_item_index'],
} -%}
with

splits as (
    select * from {{ ref('int_splits_built') }}
),

checksums as (
    {%- for mart, columns in marts.items() %}
    select
        split_name,
        item_type,
        '{{ mart }}' as mart,
        count(*) as row_count,
        {{ rows_checksum(columns) }} as checksum
    from {{ ref(mart) }}
    group by all
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

fingerprints as (
    select
        split_name,
        item_type,
        md5({{ joined_text("concat_ws('|', mart, row_count, checksum)", 'mart', '|') }}) as fingerprint
    from checksums
    group by all
),

final as (
    select
        fingerprints.split_name,
        fingerprints.item_type,
        splits.split_kind,
        splits.is_default,
        fingerprints.fingerprint,
        {{ tasks_of('splits.tasks', 'fingerprints.item_type') }} as tasks
    from fingerprints
    inner join splits on fingerprints.split_name = splits.split_name
)

select * from final
