"""Fetching the published Last.fm archives: licence, resumable download, safe and checked extraction."""

from models_py.sources.download.archives import ARCHIVES, Archive, WantedFile
from models_py.sources.download.obtaining import md5, obtain

__all__ = ["ARCHIVES", "Archive", "WantedFile", "md5", "obtain"]
