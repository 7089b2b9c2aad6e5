"""The chapter on the data: what was loaded, when it was played, by how few, and how people listen."""

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Section
from models_py.reports.page.data import evenness, habits, loading, matrix, volume


def section(marts: Marts) -> Section:
    """Ask for it from raw line to habit."""
    groups = (loading.group, volume.group, evenness.group, matrix.group, habits.group)
    return Section("data", "The data", [group(marts) for group in groups])
