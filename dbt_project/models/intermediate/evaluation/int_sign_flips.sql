-- which users (or blocks of users) change sides in each draw: one bit of an md5 each
with

most_blocks as (
    select coalesce(max(block_count), 0) as block_count
    from {{ ref('int_scores_blocked') }}
),

draws as (
    select number + 1 as draw
    from {{ whole_numbers_below(var('permutation_draws')) }}
),

-- an md5 has 32 hex digits of four bits
chunks as (
    select numbers.number as chunk
    from {{ whole_numbers_below((bootstrap_blocks() / 128) | round(0, 'ceil') | int) }} as numbers
    inner join most_blocks on numbers.number * 128 < most_blocks.block_count
),

places as (
    select number + 1 as place
    from {{ whole_numbers_below(32) }}
),

signs as (
    {%- for value in range(16) %}
    {%- for bit in range(4) %}
    select '{{ '%x' % value }}' as digit, {{ bit + 1 }} as bit, {{ 1 - 2 * (value // 2 ** bit % 2) }} as sign
    {{ 'union all' if not (value == 15 and bit == 3) }}
    {%- endfor %}
    {%- endfor %}
),

digests as (
    select
        draws.draw,
        chunks.chunk,
        md5(concat_ws('|', 'sign flip', draws.draw, chunks.chunk)) as digest
    from draws
    cross join chunks
),

digits as (
    select
        digests.draw,
        digests.chunk * 128 + (places.place - 1) * 4 as blocks_before,
        substr(digests.digest, places.place, 1) as digit
    from digests
    cross join places
),

final as (
    select
        digits.draw,
        {{ ordered_list('cast(signs.sign as double)', 'digits.blocks_before + signs.bit') }} as signs
    from digits
    inner join signs on digits.digit = signs.digit
    group by digits.draw
)

select * from final
