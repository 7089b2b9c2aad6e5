"""A published protocol, followed with the recommenders of this project: HetRec 2011 as RecBole-GNN evaluates it."""

from models_py.experiments.published.report import print_comparison

__all__ = ["print_comparison"]
