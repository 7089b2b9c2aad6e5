"""Reads real play counts, which are not in the repository, as matrices."""

import csv
import gzip
from pathlib import Path

import numpy as np
from scipy import sparse


def read_rows(path: Path, header: bool = True) -> list[list[str]]:
    """Read the fields of a file's lines, plain or in .gz, which are separated by tabs and never quoted."""
    opened = gzip.open(path, "rt", newline="") if path.suffix == ".gz" else path.open(newline="")
    with opened as lines:
        return list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))[header:]


def as_matrix(rows: list[list[str]], user: int, item: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Make plays, users x items, from the last field of each row, and the items' names in the order of the columns."""
    plays = np.array([float(row[-1]) for row in rows])
    users = np.unique([row[user] for row in rows], return_inverse=True)[1]
    names, items = np.unique([row[item] for row in rows], return_inverse=True)
    counts = sparse.csr_matrix((plays, (users, items)), dtype=np.float32)
    counts.sum_duplicates()
    return counts, names


def artists_992(real_data: Path) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Read the 992 users' plays of the 1,003 most played artists, and the artists' names."""
    return as_matrix(read_rows(real_data / "user_artist_top1003.tsv"), user=0, item=1)


def hetrec(real_data: Path) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Read the plays of HetRec's users, and the artists' names."""
    return as_matrix(read_rows(real_data / "hetrec_user_artist_plays.tsv", header=False), user=0, item=2)


def three_windows(real_data: Path) -> list[sparse.csr_matrix]:
    """Read plays to 2008, in the first quarter of 2009, and from April 2009 on, 668 users x artists."""
    rows = read_rows(real_data / "lastfm1k_windows_668.tsv.gz")
    users, artists = (np.unique([row[field] for row in rows], return_inverse=True)[1] for field in (0, 1))
    plays = [sparse.csr_matrix(([float(row[field]) for row in rows], (users, artists))) for field in (2, 3, 4)]
    for window in plays:
        window.eliminate_zeros()
    return plays
