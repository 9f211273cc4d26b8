"""What a text is about: a classifier over a tree of categories that says why, how sure it is, and how strange the text.

Knows no order and no Django: texts and labels come in, predictions go out. Linear models over character n-grams, beside
them the vectors of an embedding service where there is one; what else can tell texts apart plugs in as a `Classifier`.
"""

from .classifier import Classifier, Prediction, Suggestion
from .copies import copies
from .embedded import AtDesk, EmbeddedModel, Embedder, at_home, train_embedded
from .evaluate import Figures, calibration_error, evaluate, splits
from .features import Settings, Text
from .model import Model, TrainingError, train
from .nodes import Learning
from .service import EmbeddingAway, EmbeddingService, Endpoint
from .store import Card, ModelFileError, load, save
from .trees import Tree, TreeError

__all__ = [
    "AtDesk",
    "Card",
    "Classifier",
    "EmbeddedModel",
    "Embedder",
    "EmbeddingAway",
    "EmbeddingService",
    "Endpoint",
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
    "at_home",
    "calibration_error",
    "copies",
    "evaluate",
    "load",
    "save",
    "splits",
    "train",
    "train_embedded",
]
