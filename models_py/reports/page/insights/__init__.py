"""The chapter on insights: each one tested table, a sentence made from it, and what it would not support."""

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Group, Section
from models_py.reports.page.insights.exceptions import exceptions
from models_py.reports.page.insights.gains import gains
from models_py.reports.page.insights.playlists import playlists
from models_py.reports.page.insights.retention import retention
from models_py.reports.page.insights.undersold import undersold
from models_py.reports.page.study import Study


def section(marts: Marts) -> Section:
    """Ask what follows from the study for who would act on it."""
    study = Study.of(marts)
    return Section(
        "insights",
        "Insights",
        (
            Group("gains", "Who gains from personal lists", gains(study)),
            Group("exceptions", "Where not to personalize", exceptions(study)),
            Group("undersold", "Undersold music", undersold(study)),
            Group("retention", "Who stays", retention(study)),
            Group("playlists", "What playlists hold", playlists(study)),
        ),
    )
