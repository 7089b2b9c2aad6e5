"""One file per recommender; the registry finds them."""
