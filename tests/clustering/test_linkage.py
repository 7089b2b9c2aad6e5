"""Groups by average linkage are those of scipy's tree, cut at the distance."""

import numpy as np
import pytest
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.metrics import adjusted_rand_score

from models_py.clustering.linkage import average_linkage


def grouped(rows: list[list[float]] | np.ndarray, least_similarity: float) -> list[int]:
    return average_linkage(sparse.csr_matrix(np.array(rows, dtype=float)), least_similarity).tolist()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("density", [0.1, 0.4])
def test_groups_are_those_of_the_whole_tree(seed, density):
    rng = np.random.default_rng(seed)
    # weights without ties; a row without cells would have no direction
    rows = rng.lognormal(0, 1, (120, 40)) * (rng.random((120, 40)) < density)
    rows[np.arange(120), rng.integers(0, 40, 120)] += rng.lognormal(0, 1, 120)
    tree = linkage(rows, method="average", metric="cosine")
    for least_similarity in (0.2, 0.4, 0.7):
        found = grouped(rows, least_similarity)
        expected = fcluster(tree, 1 - least_similarity, criterion="distance")
        assert len(set(found)) == len(set(expected)) < 120
        assert adjusted_rand_score(found, expected) == 1


def test_a_group_is_named_by_its_lowest_row_whatever_the_length_of_vectors():
    assert grouped([[0, 1, 0], [5, 0, 0], [0, 9, 0], [1, 0, 0], [0, 0, 0]], 0.4) == [0, 1, 0, 1, 4]


def test_groups_are_as_alike_as_the_mean_of_their_pairs():
    # 0 with 1 is 0.8; 2 with 1 is 0.6 and with 0 is 0.48, so 0.54 with both
    rows = [[0.6, 0.8, 0], [0, 1, 0], [0, 0.6, 0.8]]
    assert grouped(rows, 0.54) == [0, 0, 0]
    assert grouped(rows, 0.55) == [0, 0, 2]


def test_a_pair_as_alike_as_asked_is_joined():
    # five listeners each, two of them in common: a cosine of 2 / 5, which no rounding may decide about
    rows = [[1, 1, 1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 1, 1, 1]]
    assert grouped(rows, 0.4) == [0, 0]
    assert grouped(rows, 0.4 + 1e-6) == [0, 1]


def test_of_equally_near_groups_the_lowest_row_is_joined_first():
    # 1 is as near to 0 as to 2, which have nothing in common: the second union would be alike by a quarter of root 2
    rows = [[1, 0], [1, 1], [0, 1]]
    assert grouped(rows, 0.5) == [0, 0, 2]


def test_rounding_is_no_reason_to_go_on_for_ever():
    rng = np.random.default_rng(0)
    rows = (rng.random((400, 30)) < 0.2).astype(float)
    assert grouped(rows, 0.4) == grouped(rows, 0.4)
    assert grouped(rows, 0.0) != list(range(400))


def test_nothing_has_no_groups():
    assert average_linkage(sparse.csr_matrix((0, 3)), 0.4).tolist() == []
