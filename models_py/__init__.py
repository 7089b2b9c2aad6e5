"""Python jobs between two halves of the dbt project: read marts, fit models, write results back as tables."""

__version__ = "0.1.0"
