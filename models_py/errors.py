"""Errors that a person can act on: each message says what is wrong, where, and what to do."""


class MusicError(Exception):
    """Base of every error this package raises on purpose; its text is one sentence for the person at the terminal."""


class WarehouseError(MusicError):
    """The warehouse file is missing, locked, read-only or of another version."""


class UnreadableError(WarehouseError):
    """The warehouse file is none that this DuckDB can open."""


class SettingError(MusicError):
    """The study asked for does not exist or cannot be built: an unknown split, source, user or setting."""


class RawFileError(MusicError):
    """A raw file cannot be loaded: it is missing, damaged, or in another format than it should be."""


class BuildError(MusicError):
    """A dbt half failed.

    Attributes
    ----------
    failed : tuple of str
        Names of the models and tests that failed; none where dbt stopped before it built anything.
    """

    def __init__(self, message: str, failed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.failed = failed


class RecommenderError(MusicError):
    """A recommender's code is refused: it could read the cells that it is tested on."""


class ReportError(MusicError):
    """The report cannot be made or written, though the tables are published."""


class DownloadError(MusicError):
    """The Last.fm data cannot be fetched or kept."""


class ExplorerError(MusicError):
    """The page of the explorer cannot be built or written."""
