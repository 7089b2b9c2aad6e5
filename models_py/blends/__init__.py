"""Models made of other models' lists."""

from models_py.blends.fusion import Fusion
from models_py.blends.reranked import Reranked

BLENDS = (Fusion, Reranked)
