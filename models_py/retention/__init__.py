"""Who will stay, by early listening: a logistic regression, learnt from earlier users and judged on later ones."""

from models_py.retention.prediction import FEATURES, LOGGED, Prediction, lacks, predict

__all__ = ["FEATURES", "LOGGED", "Prediction", "lacks", "predict"]
