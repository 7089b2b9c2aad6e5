"""The chapter that comes first: the question, three findings, what they mean, and what the data cannot say.

Every sentence is chosen by a rule from rows. A model 'leads' where its lead over every other is real, and is 'level'
with those that the comparisons call a tie.
"""

from models_py.reports.page.answer import deciding, limits, meaning, patterns, question, recommending
from models_py.reports.page.asking import Marts
from models_py.reports.page.blocks import Section


def section(marts: Marts) -> Section:
    """Ask for the answer."""
    groups = (question.group, patterns.group, recommending.group, deciding.group, meaning.group, limits.group)
    return Section("answer", "The answer", [group(marts) for group in groups])
