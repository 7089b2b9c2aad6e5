"""Groups of users and of items by taste: a grid of solutions with figures to choose by; SQL makes the choice."""

from models_py.clustering.grid import Clustering, ClusterTrial, cluster_grid

__all__ = ["ClusterTrial", "Clustering", "cluster_grid"]
