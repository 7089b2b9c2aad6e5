{# Words that the evaluation marts share; each has its one home here. #}

{# Lengths at which lists are judged, in order: those of the var, and the headline's even where the var lacks it. #}
{% macro metric_cutoffs() -%}
    {{ return((var('metric_cutoffs') + [var('headline_k')]) | unique | sort) }}
{%- endmacro %}

{# Metrics of a user's list; each divides as its description says. #}
{% macro accuracy_metrics() -%}
    {{ return(['precision', 'recall', 'recall_capped', 'hit_rate', 'ndcg', 'map', 'mrr', 'serendipity']) }}
{%- endmacro %}

{# What a list is like, whether or not it is right; null without a list. #}
{% macro listing_metrics() -%}
    {{ return(['novelty', 'popularity', 'popularity_bias', 'artist_diversity', 'tag_diversity']) }}
{%- endmacro %}

{# Metrics that are a mean over users, so that a bootstrap over users gives their interval. #}
{% macro mean_metrics() -%}
    {{ return(accuracy_metrics() + listing_metrics()) }}
{%- endmacro %}

{# What all lists of a model are like together: a figure without an interval. #}
{% macro catalogue_metrics() -%}
    {{ return(['coverage', 'coverage_ceiling', 'gini', 'user_overlap']) }}
{%- endmacro %}

{# Groups of users that are judged apart. #}
{% macro user_segments() -%}
    {{ return(['activity', 'history_length', 'mainstreamness', 'country_group', 'gender', 'age_group']) }}
{%- endmacro %}

{# The tenth of the users that a place falls into, as a text that sorts: 'tenth 01' holds the lowest. #}
{% macro tenth(place, user_count) -%}
    'tenth ' || right('0' || cast(cast(ceil(10.0 * {{ place }} / {{ user_count }}) as integer) as string), 2)
{%- endmacro %}

{# What a list may be asked for. #}
{% macro tasks() -%}
    {{ return(['discovery', 'repeat', 'all', 'new_artists']) }}
{%- endmacro %}

{# True where the task is about such an item: repeat wants what the user played in train, discovery leaves it out, and so does new_artists, which leaves out more. #}
{% macro task_allows(task, is_repeat) -%}
    ({{ task }} = 'all' or ({{ task }} = 'repeat') = {{ is_repeat }})
{%- endmacro %}

{# True where such a row of test_interactions is relevant for the task. #}
{% macro is_relevant(task, cells) -%}
    {{ task_allows(task, cells ~ '.is_repeat') }}
        and ({{ task }} <> 'new_artists' or {{ cells }}.discovery_kind = 'new_artist')
{%- endmacro %}

{# Discoveries that are judged apart as well, by whether the user had played something by the artist, or of the group. #}
{% macro discovery_kinds() -%}
    {{ return(['known_artist', 'new_artist', 'known_group', 'new_group']) }}
{%- endmacro %}

{# Which relevant items of a task count: all, those in the catalogue, or discoveries of one kind. #}
{% macro scopes() -%}
    {{ return(['all', 'recommendable'] + discovery_kinds()) }}
{%- endmacro %}

{# True where such a row of test_interactions counts. #}
{% macro scope_allows(scope, cells) -%}
    case {{ scope }}
        when 'all' then true
        when 'recommendable' then {{ cells }}.is_recommendable
        else coalesce({{ scope }} = {{ cells }}.discovery_kind, false)
    end
{%- endmacro %}

{# What a relevant item at a rank is worth (Jarvelin & Kekalainen 2002). #}
{% macro gain_at(rank) -%}
    1 / log2({{ rank }} + 1)
{%- endmacro %}

{# The best that n relevant items can reach, for every n up to so many: all of them at the top. #}
{% macro ideal_gains(most) -%}
    select
        number + 1 as hit_count,
        sum({{ gain_at('number + 1') }}) over (order by number) as gain
    from {{ whole_numbers_below(most) }}
{%- endmacro %}

{#
1 minus the mean cosine of all pairs of n unit vectors, null for fewer than two: the squared length of their sum is n plus
twice the cosines of all pairs.
#}
{% macro mean_difference(squared_length, n) -%}
    1 - ({{ squared_length }} - {{ n }}) / nullif({{ n }} * ({{ n }} - 1), 0)
{%- endmacro %}

{# Decimals of published scores: enough for any use, and few enough that the order of additions does not show. #}
{% macro rounded(value) -%}
    round({{ value }}, 12)
{%- endmacro %}

{# Trials after which a limit in seconds ended a model's search; 0 where it ran to its end, or there was none. Two
   models are compared only where this is the same. #}
{% macro cut_after(runs) -%}
    case when {{ runs }}.trials_run < {{ runs }}.trials_planned then {{ runs }}.trials_run else 0 end
{%- endmacro %}

{# An inline table of the given values; texts are quoted. #}
{% macro one_column(values, name) -%}
    (values {% for value in values %}({{ "'" ~ value ~ "'" if value is string else value }}){{ ', ' if not loop.last }}{% endfor %}) as listed ({{ name }})
{%- endmacro %}

{# Users of a bootstrap draw are weighed in at most so many blocks, so that a draw costs the same for any number of users. #}
{% macro bootstrap_blocks() -%}
    {{ return(2000) }}
{%- endmacro %}

{#
Lists of all users of all entries outgrow memory, and DuckDB spills no list while it is made: so entries are scored share
by share, the branches of a `union all`, which DuckDB runs one after the other. A CTE named in all of them would be kept
whole for all.
#}
{% macro entry_shares() -%}
    {{ return(range(8 * (1 + requested_splits() | length))) }}
{%- endmacro %}

{% macro in_share(share) -%}
    entry_id % {{ entry_shares() | length }} = {{ share }}
{%- endmacro %}

{# From `draws`, each draw's list cut to each number of blocks that `scores` has, so that the two can be multiplied. #}
{% macro draws_cut_to_blocks(elements) -%}
    select
        block_counts.block_count,
        draws.draw,
        {{ first_of_list('draws.' ~ elements, 'block_counts.block_count') }} as {{ elements }}
    from (select distinct block_count from scores) as block_counts
    cross join draws
{%- endmacro %}

{#
CTEs that give the mean of `value` within each group of `keys` of the relation `measured` its 95% interval, ending in
`intervals`: percentiles of means over the `draws` of int_bootstrap_weights, which draw rows in order of `unit`.
#}
{% macro mean_intervals(keys, value, unit) -%}
place_rows as (
    select
        *,
        row_number() over (partition by {{ keys | join(', ') }} order by {{ unit }}) - 1 as position
    from measured
),

sum_blocks as (
    select
        {{ key_columns(keys) }},
        position % {{ bootstrap_blocks() }} + 1 as block,
        sum({{ value }}) as value,
        cast(count(*) as double) as row_count
    from place_rows
    group by all
),

scores as (
    select
        {{ key_columns(keys) }},
        count(*) as block_count,
        {{ ordered_list('value', 'block') }} as value_sums,
        {{ ordered_list('row_count', 'block') }} as row_counts
    from sum_blocks
    group by all
),

cut_draws as (
    {{ draws_cut_to_blocks('weights') }}
),

draw_means as (
    select
        {{ key_columns(keys, 'scores') }},
        {{ dot_product('cut_draws.weights', 'scores.value_sums') }}
        / nullif({{ dot_product('cut_draws.weights', 'scores.row_counts') }}, 0) as value
    from scores
    inner join cut_draws on scores.block_count = cut_draws.block_count
),

intervals as (
    select
        {{ key_columns(keys) }},
        {{ rounded('percentile_cont(0.025) within group (order by value)') }} as ci_low,
        {{ rounded('percentile_cont(0.975) within group (order by value)') }} as ci_high
    from draw_means
    group by all
)
{%- endmacro %}

{# An end of Wilson's 95% interval of a share of `hits` in `n`: `sign` is - for the lower one, + for the upper one. #}
{% macro wilson_end(hits, n, sign) -%}
    {%- set z = 1.959964 -%}
    ({{ hits }} + {{ z * z / 2 }} {{ sign }} {{ z }} * sqrt({{ hits }} * (1 - {{ hits }} / {{ n }}) + {{ z * z / 4 }}))
    / ({{ n }} + {{ z * z }})
{%- endmacro %}

{# What an interval says of a difference: above 0, or 0 and below, or 'not sure' where it has both or is not known. #}
{% macro interval_verdict(low, high, above, not_above) -%}
    case
            when {{ low }} > 0 then '{{ above }}'
            when {{ high }} <= 0 then '{{ not_above }}'
            else 'not sure'
        end
{%- endmacro %}

{# Switches of an evaluation protocol: the plain side of each, then this project's. models_py/experiments/protocols/protocol.py defines them. #}
{% macro protocol_switches() -%}
    {{ return({
        'counts': ['raw', 'log'],
        'seen': ['recommended', 'left_out'],
        'split': ['by_play', 'by_cell'],
        'catalogue': ['full', 'filtered'],
        'candidates': ['sampled', 'all'],
        'relevance': ['by_play', 'by_item'],
        'averaging': ['over_plays', 'over_users'],
        'tuning': ['textbook', 'tuned'],
    }) }}
{%- endmacro %}

{#
n! / (s! (n - s - 1)!) for a set of s of the other n - 1: the share of all n! orders in which exactly the set comes before
is one in so many.
#}
{% macro orders_per_set(n, s) -%}
    {%- set ways = namespace(count=n) -%}
    {%- for place in range(s) -%}
        {%- set ways.count = ways.count * (n - 1 - place) // (place + 1) -%}
    {%- endfor -%}
    {{ return(ways.count) }}
{%- endmacro %}
