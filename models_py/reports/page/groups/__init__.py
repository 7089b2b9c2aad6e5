"""The chapter on groups in the data: clusters of listeners and music, themes, and what factorizations are good for."""

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Group, Missing, Section
from models_py.reports.page.groups.clusters import clusters
from models_py.reports.page.groups.factorizations import factorizations
from models_py.reports.page.groups.themes import themes
from models_py.reports.page.study import NOTHING, NOUNS, Study

TITLE = "Listeners and music"


def section(marts: Marts) -> Section:
    """Ask for what was found, of the listeners and of each kind of item that they play."""
    study = Study.of(marts)
    if not study.item_types:
        return Section("groups", TITLE, [Group("clusters_user", "Clusters of listeners", [Missing(NOTHING)])])
    entities = ("user", *study.item_types)
    clustered = [
        Group(f"clusters_{entity}", f"Clusters of {NOUNS[entity]}", clusters(study, entity)) for entity in entities
    ]
    themed = [Group(f"themes_{kind}", f"Themes of {NOUNS[kind]}", themes(study, kind)) for kind in study.item_types]
    rebuilt = [block for kind in study.item_types for block in factorizations(study, kind)]
    last = Group("factorizations", "Rebuilding counts against ranking", rebuilt)
    return Section("groups", TITLE, [*clustered, *themed, last])
