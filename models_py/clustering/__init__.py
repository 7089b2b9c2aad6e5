"""Groups of users and of items, by taste and by behaviour, with figures to choose by; SQL makes the choice."""

from models_py.clustering.grid import Clustering, ClusterTrial, cluster_grid
from models_py.clustering.spaces import Space, behaviour, taste

__all__ = ["ClusterTrial", "Clustering", "Space", "behaviour", "cluster_grid", "taste"]
