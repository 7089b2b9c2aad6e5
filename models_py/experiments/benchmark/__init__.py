"""What stages, models and dbt nodes cost in time and memory, how that grows, and what data frames would cost."""

from models_py.experiments.benchmark.running import run

__all__ = ["run"]
