"""What lists can be made more varied by, and how much of it is tried."""

# Unlike one another by artist, unlike by tags, and mixed as the user's own plays are.
KINDS = ("artists", "tags", "mix")
# Trade-offs that the table `accuracy_diversity` shows, beside the one that is served; 0 is the model's own list.
GRID = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
