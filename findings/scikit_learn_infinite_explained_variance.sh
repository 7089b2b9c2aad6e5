#!/usr/bin/env bash
# scikit-learn 1.9.1: TruncatedSVD says that its first component explains an infinite share of the variance.
#
# TruncatedSVD does not centre, so users who all play the same have one strong component, and no variance. The shares
# (explained_variance_ratio_) are the variance of a component's scores over the total variance, here rounding residue
# over zero: inf for the first component and nan for the next. A rule such as 'as many components as explain 90%' takes
# one or none of them by chance of rounding. Compare singular values with the largest instead.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import numpy as np
from sklearn.decomposition import TruncatedSVD

alike = np.ones((10, 6))
fitted = TruncatedSVD(n_components=2, random_state=0).fit(alike)
print("singular values:", fitted.singular_values_, "shares:", fitted.explained_variance_ratio_)
assert np.isclose(fitted.singular_values_[0], np.sqrt(60))
assert not np.isfinite(fitted.explained_variance_ratio_).any()
PYTHON
