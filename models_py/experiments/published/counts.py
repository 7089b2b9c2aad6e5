"""Play counts as they stand in a file, without any filter."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse

from models_py import dbt
from models_py.data.parameters import Parameters
from models_py.data.training import matrix
from models_py.errors import SettingError
from models_py.pipeline import ensure_raw_files
from models_py.settings.environment import Settings
from models_py.terminal.progress import stage
from models_py.terminal.stopping import discarded
from models_py.warehouse import Warehouse

# a line that repeats another counts once, as in every load; artists are told apart as they stand in the file: the marts
# fold their names, the published table did not
CELLS = """
select
    dense_rank() over (order by plays.user_id) - 1 as user_index,
    dense_rank() over (order by spellings.artist_name, spellings.artist_mbid) - 1 as item_index,
    plays.play_count
from intermediate.int_artist_plays_deduplicated as plays
inner join intermediate.int_spellings_read as spellings on plays.spelling_key = spellings.spelling_key
where not plays.is_duplicate
order by user_index, item_index
"""


def read_counts(asked: Settings, data: str) -> tuple[sparse.csr_matrix, Parameters]:
    """Load play counts by the rules of every load, without any filter, through a warehouse that is then thrown away.

    Parameters
    ----------
    asked : Settings
        Only its variables count.
    data : str
        A file in the 360K format, or a folder with such files.

    Returns
    -------
    counts : csr_matrix, shape (n_users, n_items)
    parameters : Parameters

    Raises
    ------
    MusicError
        Where a file of DATA cannot be loaded.
    """
    with _scratch_study(asked, Path(data)) as study:
        ensure_raw_files(study)
        with stage("Play counts (dbt)") as shown:
            selection = ["--select", "+int_artist_plays_deduplicated", "+evaluation_parameters"]
            kinds = ["--resource-type", "seed", "--resource-type", "model"]
            dbt.build([*selection, *kinds], study.warehouse, study.variables, shown)
        warehouse = Warehouse(study.warehouse)
        cells = warehouse.read(CELLS)
        parameters = Parameters.read(warehouse)
    return cells_as_matrix(cells, data), parameters


def cells_as_matrix(cells: Mapping[str, np.ndarray], data: str) -> sparse.csr_matrix:
    """Put play counts into a users x artists matrix.

    Parameters
    ----------
    cells : mapping of str to array
        user_index, item_index (both dense, from 0) and play_count.
    data : str
        Where they are from.

    Raises
    ------
    SettingError
        Where no user has enough artists to hold out any.
    """
    users, items = cells["user_index"], cells["item_index"]
    shape = (int(users.max(initial=-1)) + 1, int(items.max(initial=-1)) + 1)
    counts = matrix(cells["play_count"], users, items, np.ones(len(users), dtype=bool), shape)
    if np.diff(counts.indptr).max(initial=0) < 3:
        raise SettingError(
            f"{data} holds no user with three artists or more, so nothing can be held out: name other data."
        )
    return counts


@contextmanager
def _scratch_study(asked: Settings, data: Path) -> Iterator[Settings]:
    """Give a study of the data in a temporary folder; a single file gets a raw folder to itself."""
    folder = tempfile.mkdtemp()
    with discarded(Path(folder)):
        raw = data
        if data.is_file():
            raw = Path(folder) / "raw"
            raw.mkdir()
            (raw / data.name).symlink_to(data.resolve())
        study = replace(asked, raw=raw, source="360k", warehouse=Path(folder) / "counts.duckdb", splits=())
        # dbt reads its settings from here
        os.environ.update(RAW=str(raw), SOURCE="360k", SPLITS="")
        yield study
