"""What a drawing may hold: every character of a name that is not one of XML's gives way, everywhere in a spec."""

import sys
from xml.etree import ElementTree

import pytest

from models_py.reports.page.letters import allowed


def test_what_stays_is_xml_and_what_xml_has_stays():
    for first in range(0, sys.maxunicode + 1, 0x1000):
        text = "".join(map(chr, range(first, first + 0x1000)))
        kept = allowed(text)
        assert len(kept) == len(text)
        escaped = kept.replace("&", "&amp;").replace("<", "&lt;").replace("\r", "&#13;")
        assert ElementTree.fromstring(f"<a>{escaped}</a>").text == kept
        for before, after in zip(text, kept, strict=True):
            if before != after:
                assert after == "\ufffd"
                with pytest.raises((ElementTree.ParseError, UnicodeEncodeError)):
                    ElementTree.fromstring(f"<a>{before}</a>")


def test_texts_are_replaced_wherever_they_stand():
    spec = {"data": [{"na\ufffeme": "a\ufffeb", "plays": 3}], "width": None, "on": (True, "\uffff")}
    assert allowed(spec) == {"data": [{"na\ufffdme": "a\ufffdb", "plays": 3}], "width": None, "on": [True, "\ufffd"]}
