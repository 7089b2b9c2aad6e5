#!/usr/bin/env bash
# implicit 0.7.3: ALS takes stored values for the whole confidence, so that values below 1 make what is played the less
# certain.
#
# Hu, Koren & Volinsky (2008) give an unplayed cell a confidence of 1 and a played one 1 + alpha x plays: played is surer.
# AlternatingLeastSquares reads the stored value as the whole sum. Shares of a user's plays, tf-idf or any weight below 1
# are valid input, and then a cell that is played counts for less than one that is not: the model learns that hardly
# anything is played, without a warning. With 1 added to the same values it learns the two tastes. alpha only multiplies.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check implicit==0.7.3 scipy==1.17.1 numpy==2.4.6
OPENBLAS_NUM_THREADS=1 "$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

# two tastes: each of 40 people plays half of the 30 items of theirs
rng = np.random.default_rng(1)
taste = np.arange(40)[:, None] % 2 == np.arange(60) // 30
played = taste & (rng.random(taste.shape) < 0.5)
shares = played / played.sum(axis=1, keepdims=True)


def mean_scores(values):
    als = AlternatingLeastSquares(factors=4, regularization=0.1, iterations=30, random_state=1, num_threads=1)
    als.fit(csr_matrix(values, dtype=np.float32), show_progress=False)
    scores = als.user_factors @ als.item_factors.T
    return float(scores[played].mean()), float(scores[taste & ~played].mean())


for name, values in (("shares", shares), ("1 + shares", np.where(played, 1 + shares, 0))):
    print(f"{name}: mean score of what is played {mean_scores(values)[0]:.3f}, of the rest of the taste {mean_scores(values)[1]:.3f}")
assert mean_scores(shares)[0] < 0.2
assert mean_scores(np.where(played, 1 + shares, 0))[0] > 0.4
PYTHON
