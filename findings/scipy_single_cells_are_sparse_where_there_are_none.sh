#!/usr/bin/env bash
# scipy 1.17.1: single cells of a sparse matrix come dense, but where none are asked for they come sparse.
#
# matrix[rows, columns] with two arrays takes one cell for each pair. For one pair or more the answer is dense: a
# numpy.matrix of shape (1, n) from csr_matrix, a flat array from csr_array. For no pair it is sparse: a csr_matrix of shape
# (1, 0), a coo_array of shape (0,). numpy.asarray(...).ravel(), right for every other n, then makes an array of length 1
# that holds the sparse matrix as an object, and a comparison or a logarithm of it fails far from there. Who looks up the
# scores of a user's candidates meets it at the first user without any: ask only where there are pairs.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
from scipy import sparse

some, none = np.array([0, 2]), np.empty(0, dtype=int)
for kind in (sparse.csr_matrix, sparse.csr_array):
    plays = kind(np.diag([3.0, 1.0, 4.0]))
    two, nothing = plays[some, some], plays[none, none]
    print(f"{kind.__name__}: two cells {type(two).__name__} {two.shape}, no cell {type(nothing).__name__} {nothing.shape}")
    assert not sparse.issparse(two) and np.asarray(two).ravel().tolist() == [3, 4]
    assert sparse.issparse(nothing)
    flat = np.asarray(nothing).ravel()
    print(f"  flat: {flat.dtype}, length {len(flat)}")
    assert flat.dtype == object and len(flat) == 1
PYTHON
