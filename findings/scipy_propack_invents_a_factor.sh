#!/usr/bin/env bash
# scipy 1.17.1: svds with solver='propack' invents a second factor for a matrix that has one.
#
# Play counts that are a user's activity times an item's popularity, and nothing else, are a matrix of rank 1: one
# singular value, zeros after it. Asked for two, PROPACK gives the true one and another of half its size, without a
# warning and another for each seed, with left vectors that are not orthogonal. ARPACK and a dense decomposition give
# about 1e-13. On a matrix of rank 3 PROPACK is right as well. Whoever reads taste into a second factor finds some
# where there is none: check that A v = s u, and that vectors are orthogonal, or leave PROPACK alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.linalg import svds

plays = np.outer(np.arange(1.0, 51), np.arange(1.0, 31))
true = np.linalg.svd(plays, compute_uv=False)
print("dense:      ", true[:2])
assert true[1] < 1e-9

seconds = []
for seed in range(3):
    left, values, right = svds(csr_matrix(plays), k=2, solver="propack", rng=seed)
    seconds.append(values[0])
    print(f"propack, {seed}: ", values[::-1], "off orthogonal by", abs(left.T @ left - np.eye(2)).max().round(2))
    assert abs(values[1] - true[0]) < 1e-6 and values[0] > 0.3 * true[0]
    assert abs(left.T @ left - np.eye(2)).max() > 0.1
assert len(set(np.round(seconds))) == 3

arpack = svds(csr_matrix(plays), k=2, solver="arpack", rng=0)[1]
print("arpack:     ", arpack[::-1])
assert arpack[0] < 1e-9

three = np.random.default_rng(0).random((40, 3)) @ np.random.default_rng(1).random((3, 30))
assert svds(csr_matrix(three), k=5, solver="propack", rng=0)[1][:2].max() < 1e-9
PYTHON
