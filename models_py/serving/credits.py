"""Names as one service credits them and another does not: looser ones, to find what a catalogue has.

A name that a catalogue has is never changed, and no name is changed where it is stored: in one source
'Simon & Garfunkel' are no 'Simon'.
"""

import re

# what follows the first of several artists: 'A feat. B', 'A, B & C'
OTHER_ARTISTS = re.compile(r"\s*(?:,|&|[([]?\b(?:feat|ft|featuring)\b\.?).*", re.IGNORECASE)
# what follows a title in a reissue: 'Song - Remastered 2011', 'Song (2009 Remaster)', 'Song - Single Version'
EDITION = re.compile(
    r"\s*(?:-\s+|[([])(?:(?:\d{4}\s+)?(?:digital(?:ly)?\s+)?remaster(?:ed)?\b|single version|album version|radio edit|"
    r"mono\b|stereo\b|(?:feat|ft|featuring)\b).*",
    re.IGNORECASE,
)


def first_artist(name: str) -> str:
    """Name the first of several artists; a name that holds no more is itself."""
    return OTHER_ARTISTS.sub("", name, count=1).strip() or name


def plain_title(title: str) -> str:
    """Leave out of a title which edition it is of and who is a guest."""
    return EDITION.sub("", title, count=1).strip() or title
