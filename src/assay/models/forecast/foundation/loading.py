"""Which class runs a checkpoint."""

from __future__ import annotations

from pathlib import Path

from assay.kernel.errors import InputError
from assay.models.forecast.foundation.bolt import Bolt
from assay.models.forecast.foundation.checkpoint import read_checkpoint
from assay.models.forecast.foundation.model import FoundationModel
from assay.models.forecast.foundation.ttm import TinyTimeMixer

ARCHITECTURES = {kind.architecture: kind for kind in (Bolt, TinyTimeMixer)}


def load_checkpoint(folder: Path) -> FoundationModel:
    """The model in a local folder in the published layout (``config.json`` and ``model.safetensors``).

    Nothing is fetched and nothing is unpickled. Weights in float32, float16 or bfloat16; computation is in float32.
    InputError says in one sentence what is wrong with the folder: missing or half-written files, pickles, an
    architecture or a setting that cannot be run, tensors that are missing, extra, misshapen or not finite.
    """
    checkpoint = read_checkpoint(Path(folder))
    named = checkpoint.config.get("architectures")
    found = str(named[0]) if isinstance(named, list) and named else "-"
    kind = ARCHITECTURES.get(found)
    if kind is None:
        tokens = found == "T5ForConditionalGeneration" and "chronos_config" in checkpoint.config
        key = "foundation.sampled_tokens" if tokens else "foundation.architecture"
        raise InputError(key, path=checkpoint.where, found=found, known=", ".join(ARCHITECTURES))
    return kind(checkpoint)
