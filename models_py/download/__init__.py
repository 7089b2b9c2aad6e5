"""Fetching the published Last.fm archives: licence, resumable download, safe and checked extraction."""

from models_py.download.archives import ARCHIVES, Archive, WantedFile
from models_py.download.obtaining import obtain

__all__ = ["ARCHIVES", "Archive", "WantedFile", "obtain"]
