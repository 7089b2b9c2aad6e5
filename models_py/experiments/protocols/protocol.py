"""The switches of an evaluation protocol and what each side means: the one home of these definitions.

Each switch goes from a plain side to this project's side, whose definitions are those of the evaluation marts.

counts
    What models see of a played cell. 'raw': its plays. 'log': ln(1 + plays).
seen
    What a user played in train. 'recommended': it may be in the list and counts where it was played in test too (task
    'all'). 'left_out': neither (task 'discovery').
split
    'by_play': each play goes to test with probability 1/5, so that a cell may lie on both sides. 'by_cell': a fifth of
    each user's items, rounded down, go to test with all their plays.
catalogue
    What models learn from and may recommend. 'full': every user and item with a play in train. 'filtered': the k-core
    of train, as for active users and items. On both sides a test item outside the catalogue is a miss, and a user
    outside it gets no list and scores 0.
candidates
    What is ranked. 'sampled': the user's relevant items and 100 items drawn from those of the catalogue that the user
    played neither in train nor in test (Koren 2008). 'all': every item of the catalogue that `seen` allows.
relevance
    What counts as found at k = 10, with p plays in test of each relevant item. 'by_play': every play in test is a case
    of its own with one item to find, so hit_rate and recall are the share of plays whose item is in the list, and
    precision is that divided by k; ndcg has gain p, and its ideal is the order of p (Jarvelin & Kekalainen 2002).
    'by_item': every item counts once: hit_rate is 1 where any is found, recall divides by the number of relevant items,
    precision by k; ndcg has gain 1.
averaging
    Over the users with a relevant item and a play in train. 'over_plays': each weighs as many as his relevant plays in
    test. 'over_users': all weigh the same.
tuning
    'textbook': plain cosine with 50 neighbours; 20 factors; no shrinkage, no popularity correction. 'tuned': the best
    of a number of settings, the same for each model, by this project's NDCG at headline_k on a validation part that is
    split from train as test was from all plays.

No combination is left out. Where the split is by cell and candidates are sampled, `seen` changes scores through tuning
alone: no relevant item is a seen one, and none is drawn.
"""

SWITCHES: dict[str, tuple[str, str]] = {
    "counts": ("raw", "log"),
    "seen": ("recommended", "left_out"),
    "split": ("by_play", "by_cell"),
    "catalogue": ("full", "filtered"),
    "candidates": ("sampled", "all"),
    "relevance": ("by_play", "by_item"),
    "averaging": ("over_plays", "over_users"),
    "tuning": ("textbook", "tuned"),
}
# The task of this project that each side of `seen` is.
TASKS = {"recommended": "all", "left_out": "discovery"}
METRICS = ("hit_rate", "ndcg", "precision", "recall")
K = 10
N_SAMPLED = 100
