#!/usr/bin/env bash
# implicit 0.7.3: a neighbour model lists what it was told to leave out.
#
# CosineRecommender.recommend(..., filter_already_liked_items=True) gives the items that the user has played all the
# same, with score 0.0, wherever it has too few others to fill the list. A batch of users is padded further, with item
# id -1 and score -3.4e38. Lists that are taken as they come hold played items and an item that does not exist:
# cut a list where its scores stop being positive.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check implicit==0.7.3 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from implicit.nearest_neighbours import CosineRecommender
from scipy import sparse

# users 0 and 1 share item 0; users 2 and 3 share item 4
plays = sparse.csr_matrix(
    np.array([[5, 3, 0, 0, 0], [4, 0, 2, 0, 0], [0, 0, 0, 6, 1], [0, 0, 0, 0, 2]], dtype=np.float64)
)
model = CosineRecommender(K=10)
model.fit(plays, show_progress=False)

items, scores = model.recommend(0, plays[0], N=5, filter_already_liked_items=True)
print("user 0 has played items 0 and 1; recommended:", items.tolist(), scores.round(2).tolist())
assert items.tolist() == [2, 1, 0] and scores[0] > 0 and scores[1:].tolist() == [0.0, 0.0]

items, scores = model.recommend(np.arange(4), plays, N=5, filter_already_liked_items=True)
print("user 2 in a batch:", items[2].tolist(), scores[2].tolist())
assert items[2].tolist() == [4, 3, -1, -1, -1]
assert scores[2, :2].tolist() == [0.0, 0.0] and (scores[2, 2:] < -3.4e38).all()
PYTHON
