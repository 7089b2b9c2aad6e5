"""Studies beside the pipeline: protocols, published tables, benchmarks."""
