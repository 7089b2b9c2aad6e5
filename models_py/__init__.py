"""Python jobs between two halves of the dbt project: read marts, fit models, write results back as tables."""
