"""Fetching the published Last.fm archives: licence, resumable download, safe and checked extraction."""
