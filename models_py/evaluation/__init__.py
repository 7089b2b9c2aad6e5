"""Lists, their metrics, and the search for hyper-parameters."""
