"""The chapter on groups in the data: clusters of listeners and music, themes, and what factorizations are good for."""

from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Group, Section
from models_py.reports.page.groups.clusters import clusters
from models_py.reports.page.groups.factorizations import factorizations
from models_py.reports.page.groups.themes import themes
from models_py.reports.page.study import NOUNS, Study, demo

ENTITIES = ("user", "artist", "track")
ITEM_TYPES = ("track", "artist")


def section(marts: Marts) -> Section:
    """Ask for what was found."""
    study = Study.of(marts)
    found = [
        Group(f"clusters_{entity}", f"Clusters of {NOUNS[entity]}", clusters(study, entity)) for entity in ENTITIES
    ]
    themed = [Group(f"themes_{kind}", f"Themes of {NOUNS[kind]}", themes(study, kind)) for kind in ITEM_TYPES]
    rebuilt = [block for kind in ITEM_TYPES for block in factorizations(study, kind)]
    first, *others = found
    return Section(
        "groups",
        "Listeners and music",
        [
            Group(first.name, first.title, [*demo(study), *first.blocks]),
            *others,
            *themed,
            Group("factorizations", "Rebuilding counts against ranking", rebuilt),
        ],
    )
