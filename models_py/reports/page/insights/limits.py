"""What an insight is not evidence for: fixed words, chosen by what data there are."""

from collections.abc import Iterable

from models_py.reports.page.blocks import Sentence
from models_py.reports.page.study import Study

MADE_UP = "anything about music or people, since these listeners are made up"
NOT_LATER = "what happens later, since held-out plays of a random split are of the same time"


def limits(study: Study, claims: Iterable[str], depends_on_split: bool = True) -> Sentence:
    """Say what does not follow.

    Parameters
    ----------
    study : Study
    claims : iterable of str
        Each as it stands after 'would not support', without figures.
    depends_on_split : bool
        Whether the insight is judged on held-out plays.
    """
    same_time = [NOT_LATER] if depends_on_split and not study.has_times else []
    every = [*claims, *same_time, *([MADE_UP] if study.is_demo else [])]
    return Sentence(f"What this would not support: {'; '.join(every)}.")
