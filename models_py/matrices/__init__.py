"""Linear algebra that recommenders, clusters, themes and factorizations share."""
