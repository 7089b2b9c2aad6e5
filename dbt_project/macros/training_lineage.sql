{#
What training marts may be built from: one another, the doors below, and intermediate models that are built from such
alone. A door is trusted for the reason given, and what lies behind it is not looked at. Anything else (a mart of all
plays, a feature, a result, a raw line) could carry test cells to a recommender, and the build refuses it.
#}
{% macro training_doors() -%}
    {{ return({
        'int_train_cells': 'the cells of fit and validation; test cells end there',
        'int_split_parts': 'the times at which parts begin and end, nothing else',
        'int_splits_built': 'rows of the seed',
        'int_users_numbered': 'names of users, without plays',
        'int_spellings_identified': 'names and ids of tracks and artists, without plays',
        'training_item_windows from plays': 'plays up to the end of its part; the table has nothing later',
        'training_interaction_periods from plays': 'plays up to the end of its part; the table has nothing later',
        'training_tags from artist_tags': 'tags that people gave to artists, without plays',
    }) }}
{%- endmacro %}

{# Runs before anything is built. #}
{% macro require_training_lineage() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
    {%- set trespasses = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and is_training_mart(node) -%}
        {%- set trespass = trespass_of(node) -%}
        {%- if trespass -%}{%- do trespasses.append(node.name ~ ' ' ~ trespass) -%}{%- endif -%}
    {%- endfor -%}
    {%- if trespasses -%}
        {{ exceptions.raise_compiler_error(
            trespasses | sort | join('; ') ~ ": test cells could reach a recommender that way. Build training marts from"
            ~ " int_train_cells, or add a door with its reason to dbt_project/macros/training_lineage.sql."
        ) }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# How a model reaches what it may not be built from ('reads a, which reads b'); nothing where it does not. #}
{% macro trespass_of(node) -%}
    {%- set code = modules.re.sub('--.*', '', node.raw_code) -%}
    {%- set table = modules.re.search(
        '(?:\\bfrom|\\bjoin|,)\\s+("?(?:marts|intermediate|staging|recommender)"?\\.\\S+)'
        ~ '|\\b(?:from|join)\\s+(\\w+\\(.*|\'\\S+)',
        code
    ) -%}
    {%- if table -%}
        {{ return('reads ' ~ (table.group(1) or table.group(2)) ~ ' without ref()') }}
    {%- endif -%}
    {%- for key in node.depends_on.nodes -%}
        {%- set parent = graph.nodes[key] if key in graph.nodes else graph.sources[key] -%}
        {%- set is_door = parent.name in training_doors() or node.name ~ ' from ' ~ parent.name in training_doors() -%}
        {%- if not is_door and not is_training_mart(parent) -%}
            {%- if parent.fqn[1] != 'intermediate' -%}
                {{ return('reads ' ~ parent.name) }}
            {%- endif -%}
            {%- set trespass = trespass_of(parent) -%}
            {%- if trespass -%}
                {{ return('reads ' ~ parent.name ~ ', which ' ~ trespass) }}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro is_training_mart(node) -%}
    {{ return(node.fqn[1:3] == ['marts', 'training']) }}
{%- endmacro %}
