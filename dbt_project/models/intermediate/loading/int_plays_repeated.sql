with

-- equal lines share a second: only the few plays that do are compared, where a look at all would sort every line
plays as (
    select * from {{ ref('int_plays_sequenced') }}
    where shares_second
),

files as (
    select * from {{ ref('int_files_recognized') }}
),

copies as (
    {{ copies_numbered('plays', 'user_number') }}
),

numbered as (
    select
        file_id,
        line_number,
        spelling_key,
        row_number() over (
            partition by user_number, played_at, spelling_key, copy_number order by file_id, line_number
        ) as occurrence
    from copies
),

final as (
    select
        file_id,
        line_number,
        spelling_key
    from numbered
    where occurrence > 1
)

select * from final
