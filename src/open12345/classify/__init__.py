"""What a text is about: a classifier over a tree of categories that says why, how sure it is, and how strange the text.

Knows no order and no Django: texts and labels come in, predictions go out. Linear models over character n-grams; what
else can tell texts apart plugs in as a `Classifier`.
"""

from .classifier import Classifier, Prediction, Suggestion
from .copies import copies
from .evaluate import Figures, calibration_error, evaluate, splits
from .features import Settings, Text
from .model import Model, TrainingError, train
from .nodes import Learning
from .store import Card, ModelFileError, load, save
from .trees import Tree, TreeError

__all__ = [
    "Card",
    "Classifier",
    "Figures",
    "Learning",
    "Model",
    "ModelFileError",
    "Prediction",
    "Settings",
    "Suggestion",
    "Text",
    "TrainingError",
    "Tree",
    "TreeError",
    "calibration_error",
    "copies",
    "evaluate",
    "load",
    "save",
    "splits",
    "train",
]
