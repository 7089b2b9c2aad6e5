"""Why something is recommended, and what is like what."""
