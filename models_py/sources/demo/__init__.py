"""The embedded demo: invented listening logs in the raw files' formats, with a known truth behind them."""

from models_py.sources.demo.files import write_demo
from models_py.sources.demo.names import compare_key
from models_py.sources.demo.truth import planted_preferences, planted_track_preferences

__all__ = ["compare_key", "planted_preferences", "planted_track_preferences", "write_demo"]
