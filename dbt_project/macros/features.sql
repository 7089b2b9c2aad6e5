{# Features of users and items, with how each is transformed before it is scaled: skewed ones by ln(1 + x). #}
{% macro user_features() -%}
    {{ return({
        'play_count': 'log', 'session_count': 'log', 'active_day_share': 'none', 'weekly_variation': 'log',
        'artist_entropy': 'none', 'artists_per_100_plays': 'log', 'top_artist_share': 'none',
        'new_track_share': 'none', 'new_artist_share': 'none', 'mainstreamness': 'none',
        'session_plays': 'log', 'session_minutes': 'log',
        'night_share': 'none', 'morning_share': 'none', 'afternoon_share': 'none', 'evening_share': 'none',
        'weekend_share': 'none', 'tenure_days': 'none', 'age': 'none',
    }) }}
{%- endmacro %}

{% macro item_features() -%}
    {{ return({
        'play_count': 'log', 'listener_count': 'log', 'plays_per_listener': 'log', 'top_listener_share': 'none',
        'repeat_listener_share': 'none', 'new_listener_share': 'none', 'listener_mainstreamness': 'none',
        'night_share': 'none', 'morning_share': 'none', 'afternoon_share': 'none', 'evening_share': 'none',
        'weekend_share': 'none', 'age_days': 'none',
    }) }}
{%- endmacro %}

{# Parts of the day with their first and last hours (UTC, which is nobody's own clock but the same for all). #}
{% macro day_parts() -%}
    {{ return({'night': (0, 5), 'morning': (6, 11), 'afternoon': (12, 17), 'evening': (18, 23)}) }}
{%- endmacro %}

{% macro transformed(feature, transform) -%}
    {{ 'ln(1 + ' ~ feature ~ ')' if transform == 'log' else 'cast(' ~ feature ~ ' as double)' }}
{%- endmacro %}

{# Columns of feature_scaling from a relation of raw features. #}
{% macro spread_of(feature, transform) -%}
    {%- set value = transformed(feature, transform) -%}
    '{{ feature }}' as feature,
        '{{ transform }}' as transform,
        count({{ feature }}) as value_count,
        median({{ value }}) as center,
        percentile_cont(0.75) within group (order by {{ value }})
        - percentile_cont(0.25) within group (order by {{ value }}) as iqr,
        stddev_pop({{ value }}) as standard_deviation
{%- endmacro %}

{# Raw and scaled columns of all features, from the relations `measured` and `parameters`. #}
{% macro raw_and_scaled(features) -%}
    {%- for feature, transform in features.items() %}
        measured.{{ feature }},
        {{ rounded('coalesce((' ~ transformed('measured.' ~ feature, transform) ~ ' - parameters.' ~ feature ~ '_center) / parameters.' ~ feature ~ '_scale, 0)') }}
            as {{ feature }}_scaled
        {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{# One row per entity type with the center and the scale of every feature side by side. #}
{% macro scaling_parameters(features) -%}
    select
        entity_type,
        {%- for feature in features %}
        max(case when feature = '{{ feature }}' then center end) as {{ feature }}_center,
        max(case when feature = '{{ feature }}' then scale end) as {{ feature }}_scale
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('feature_scaling') }}
    group by entity_type
{%- endmacro %}
