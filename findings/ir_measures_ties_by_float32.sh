#!/usr/bin/env bash
# ir-measures 0.4.3 (pytrec-eval-terrier 0.5.11): large scores tie, and two measures break the tie in opposite ways.
#
# trec_eval's code holds scores as 32-bit floats. Scores such as seconds since 1970 are 128 apart there, so two plays
# seconds apart mostly tie, and the tie goes by document id, not by the order given. RR@1 is computed by other code, on
# the scores as they are: for one list of two, RR@1 says that the first is right, and P@1, nDCG@1 and AP@1 that it is
# wrong. Give ranks (or scores near 1) as scores, never times.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    ir-measures==0.4.3 pytrec-eval-terrier==0.5.11 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
from ir_measures import AP, P, Qrel, RR, ScoredDoc, calc_aggregate, nDCG

relevant = [Qrel("user", "newer", 1)]


def judged(seconds):
    run = [ScoredDoc("user", "newer", seconds + 2.0), ScoredDoc("user", "older", seconds)]
    values = calc_aggregate([P @ 1, nDCG @ 1, AP @ 1, RR @ 1], relevant, run)
    return {str(measure): value for measure, value in values.items()}


small, large = judged(100.0), judged(1_245_447_076.0)
print("scores 102 and 100:              ", small)
print("the same two, seconds since 1970:", large)
assert set(small.values()) == {1.0}
assert large == {"P@1": 0.0, "nDCG@1": 0.0, "AP@1": 0.0, "RR@1": 1.0}
PYTHON
