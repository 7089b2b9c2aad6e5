"""The report: one HTML file with charts, sentences and the SQL behind each, from the marts of a warehouse."""

from models_py.reports.page.report import write_report

__all__ = ["write_report"]
