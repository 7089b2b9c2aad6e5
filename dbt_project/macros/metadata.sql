{#
Numeric features of recordings, by their names in AcousticBrainz's CSV files of June 2022 (lowlevel, rhythm and tonal).
is_major is made of key_scale; the key itself is a name, not a number.
#}
{% macro recording_features() -%}
    {{ return([
        'average_loudness', 'dynamic_complexity', 'mfcc_zero_mean',
        'bpm', 'bpm_histogram_first_peak_bpm_mean', 'bpm_histogram_first_peak_bpm_median',
        'bpm_histogram_second_peak_bpm_mean', 'bpm_histogram_second_peak_bpm_median', 'danceability', 'onset_rate',
        'tuning_frequency', 'tuning_equal_tempered_deviation', 'is_major',
    ]) }}
{%- endmacro %}

{# Per file of recordings' features, the names of its columns. #}
{% macro recording_feature_headers() -%}
    {%- set headers = [] -%}
    {%- for file in recording_feature_files() -%}{%- do headers.append(csv_header(file)) -%}{%- endfor -%}
    {{ return(headers) }}
{%- endmacro %}

{# Per file, the place of the column of that name in its header, from 1, or how many columns that has; null or 0 without one. #}
{% macro by_file(headers, name) -%}
    case file_id
        when 0 then 0
        {%- for header in headers %}
        {%- if name == 'length' %}
        when {{ loop.index }} then {{ header | length }}
        {%- elif name in header %}
        when {{ loop.index }} then {{ header.index(name) + 1 }}
        {%- endif %}
        {%- endfor %}
    end
{%- endmacro %}

{# A tag without blanks and hyphens: 'hip hop', 'hip-hop' and 'hiphop' are one. #}
{% macro tag_key(tag) -%}
    replace(replace({{ tag }}, ' ', ''), '-', '')
{%- endmacro %}
