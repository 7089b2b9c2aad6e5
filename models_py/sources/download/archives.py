"""What is published: where each archive lies, which of its files are wanted, and their checksums."""

from dataclasses import dataclass
from pathlib import PurePosixPath

MOST_ARCHIVE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class WantedFile:
    """A file of an archive that goes into the raw folder.

    Attributes
    ----------
    name : str
        Its name without folders, in the archive and in the raw folder.
    md5 : str
        Its published checksum, in hexadecimal.
    most_bytes : int
        No file of this name is larger, so that an archive made to fill the disk comes to an end.
    """

    name: str
    md5: str
    most_bytes: int


@dataclass(frozen=True)
class Archive:
    """A published archive.

    Attributes
    ----------
    title : str
        What a person calls the data.
    url : str
        Where it was published.
    mirror : str
        Another address of the same data, to be tried by hand.
    profiles, events : WantedFile
        What is wanted of it.
    """

    title: str
    url: str
    mirror: str
    profiles: WantedFile
    events: WantedFile

    @property
    def name(self) -> str:
        """File name of the archive."""
        return PurePosixPath(self.url).name

    @property
    def wanted(self) -> tuple[WantedFile, WantedFile]:
        """Files in the order in which they take their places: where the events lie, everything does."""
        return self.profiles, self.events

    @property
    def remedy(self) -> str:
        """What to do where an address is of no use."""
        return f"set DATA_URL to another address of {self.name}, such as {self.mirror}"

    def licence(self, url: str) -> str:
        """Tell where the data are from and what they may be used for."""
        return (
            f"{self.title} holds listening histories that Òscar Celma collected from Last.fm. The Music Technology\n"
            "Group, Universitat Pompeu Fabra, publishes them with permission of Last.fm, for NON-COMMERCIAL use only.\n"
            "Last.fm's terms of service apply (https://www.last.fm/legal/terms); for commercial use ask Last.fm\n"
            "(partners@last.fm). This project ships none of these data. They will be downloaded from\n"
            f"{url}"
        )


ARCHIVES = {
    "1k": Archive(
        title="Last.FM 1K",
        url="http://mtg.upf.edu/static/datasets/last.fm/lastfm-dataset-1K.tar.gz",
        mirror="https://zenodo.org/records/6090214/files/lastfm-dataset-1K.tar.gz",
        profiles=WantedFile("userid-profile.tsv", "c53608b6b445db201098c1489ea497df", 1_000_000),
        events=WantedFile(
            "userid-timestamp-artid-artname-traid-traname.tsv", "64747b21563e3d2aa95751e0ddc46b68", 3_000_000_000
        ),
    ),
    "360k": Archive(
        title="Last.FM 360K",
        url="http://mtg.upf.edu/static/datasets/last.fm/lastfm-dataset-360K.tar.gz",
        mirror="https://zenodo.org/records/6090214/files/lastfm-dataset-360K.tar.gz",
        profiles=WantedFile("usersha1-profile.tsv", "51159d4edf6a92cb96f87768aa2be678", 100_000_000),
        events=WantedFile("usersha1-artmbid-artname-plays.tsv", "be672526eb7c69495c27ad27803148f1", 3_000_000_000),
    ),
}
