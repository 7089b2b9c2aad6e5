"""Which characters a drawing may hold: vl-convert measures texts as XML, and ends the process at any other (1.9.0)."""

import re
from collections.abc import Mapping

NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def allowed(value: object) -> object:
    """Replace what XML does not allow, in a text or in all texts of a spec."""
    if isinstance(value, str):
        return NOT_IN_XML.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {allowed(key): allowed(each) for key, each in value.items()}
    return [allowed(each) for each in value] if isinstance(value, list | tuple) else value
