"""What models are handed, against the marts that it is read from."""

import numpy as np
from conftest import Study

from models_py.data.training import read_datasets, read_training_data
from models_py.warehouse import Warehouse


def test_a_track_has_the_tags_of_its_artist(demo: Study):
    warehouse = Warehouse(demo.warehouse)
    (tracks,) = (data for data in read_datasets(warehouse) if data.is_default and data.item_type == "track")
    train = read_training_data(warehouse, tracks).train
    expected = demo.query(
        """
        select i.item_index, sum(a.tag_count), count(*)
        from marts.training_items as i
        inner join marts.tracks as t on i.item_id = t.track_id
        inner join marts.artist_tags as a on t.artist_id = a.artist_id
        where i.split_name = 'temporal' and i.item_type = 'track'
        group by all order by all
        """
    )
    assert len(expected) > 1000
    tagged = np.flatnonzero(np.diff(train.tags.indptr))
    sums, counts = np.asarray(train.tags.sum(axis=1)).ravel(), np.diff(train.tags.indptr)
    assert [(item, sums[item], counts[item]) for item in tagged] == expected
