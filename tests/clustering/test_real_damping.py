"""What damping plays does to clusters of real artists, which are not in the repository."""

from pathlib import Path

import numpy as np
import pytest
from real_counts import artists_992, read_rows
from scipy import sparse
from sklearn.preprocessing import normalize

from models_py.clustering import cluster_grid, taste
from models_py.clustering.outside import similarity_ratio

pytestmark = pytest.mark.real_data

N_CLUSTERS = 12
TAGS_PER_ARTIST = 5


def first_tags(real_data: Path, artists: list[str]) -> sparse.csr_matrix:
    """Take the most given tags of each artist, as rows of length 1."""
    index = {artist.lower(): place for place, artist in enumerate(artists)}
    found: dict[int, list[tuple[int, str]]] = {}
    for artist, tag, taggers in read_rows(real_data / "artist_tags.tsv"):
        if artist.lower() in index:
            found.setdefault(index[artist.lower()], []).append((int(taggers), tag.lower()))
    cells = [
        (artist, tag, n) for artist, tags in found.items() for n, tag in sorted(tags, reverse=True)[:TAGS_PER_ARTIST]
    ]
    rows, tags, taggers = zip(*cells, strict=True)
    columns = np.unique(tags, return_inverse=True)[1]
    return normalize(
        sparse.csr_matrix((np.array(taggers, dtype=float), (rows, columns)), (len(artists), columns.max() + 1))
    )


def test_raw_plays_make_clusters_of_their_few_largest_cells(real_data: Path) -> None:
    by_user, artists = artists_992(real_data)
    counts, tags = by_user.T.tocsr(), first_tags(real_data, list(artists))
    cap = np.percentile(counts.data, 95)
    capped = counts.minimum(cap * (counts > 0))
    treatments = {"raw": (counts, "raw"), "capped": (capped, "raw"), "log": (counts, "log")}
    gains, similarities = {}, {}
    print(f"\n{N_CLUSTERS} clusters of the 1,003 artists by kmeans:")
    for treatment, (plays, weighting) in treatments.items():
        solution = cluster_grid(taste(plays, 1, weighting), (N_CLUSTERS,), seed=1)[0]
        trial, similarities[treatment] = solution.trial, similarity_ratio(tags, solution.cluster_id)
        gains[treatment] = trial.silhouette - trial.silhouette_shuffled
        print(
            f"  {treatment:<7} silhouette {trial.silhouette:.3f} (shuffled {trial.silhouette_shuffled:.3f}), "
            f"adjusted Rand over seeds {trial.seed_stability:.2f}, held-out plays {trial.held_out_similarity:.2f} and "
            f"tags {similarities[treatment]:.2f} times as alike within as between"
        )
    assert min(gains, key=gains.__getitem__) == "raw"
    assert min(similarities, key=similarities.__getitem__) == "raw"
