"""Factor models give the same lists whatever the block and the number of threads."""

import numpy as np
import pytest
from made_matrices import interactions_of, random_plays
from threadpoolctl import threadpool_limits

from models_py.evaluation.ranking import recommend
from models_py.recommenders.base import Recommender
from models_py.recommenders.nmf import NMF
from models_py.recommenders.svd import SVD

# every item twice, far apart: twins have equal scores, so rounding noise would show as a tie broken the wrong way
TWINS = interactions_of(np.tile(random_plays(200, 150, 0.1), 2))


@pytest.mark.parametrize("setting", [SVD(factors=64), NMF(factors=16)], ids=["svd", "nmf"])
def test_lists_do_not_depend_on_threads_or_blocks(setting: Recommender):
    lists = {}
    for threads, block_bytes in [(1, 2**20), (1, 1), (2, 2**20)]:
        with threadpool_limits(threads):
            model = setting.fit(TWINS, 3)
            lists[threads, block_bytes] = recommend(model, TWINS, np.arange(200), ["all"], 40, block_bytes)["all"]
    first, *others = lists.values()
    for other in others:
        np.testing.assert_array_equal(other.item_index, first.item_index)
        np.testing.assert_allclose(other.score, first.score, rtol=1e-6)
