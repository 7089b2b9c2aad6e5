"""How far a score is the data's, and how far the protocol's: every combination of eight switches, on the same plays.

This is a study, not a recommender. It splits all plays itself, from a seed; the project's own held-out cells stay
closed, and nothing that is learnt or chosen here reaches a recommender.
"""
