"""Errors that a person can act on: each message says what is wrong, where, and what to do."""


class MusicError(Exception):
    """Base of every error this package raises on purpose; its text is one sentence for the person at the terminal."""


class WarehouseError(MusicError):
    """The warehouse file is missing, locked, read-only or of another version."""


class StudyError(MusicError):
    """The study asked for does not exist or cannot be built: an unknown split, source, user or setting."""


class BuildError(MusicError):
    """A dbt half failed."""


class DownloadError(MusicError):
    """The Last.fm data cannot be fetched or kept."""
