"""Time-series foundation models from a local folder, run with numpy alone.

``load_checkpoint(folder)`` reads a checkpoint in the layout its authors publish (``config.json`` and
``model.safetensors``), never fetches anything and never unpickles. Two architectures: Chronos-Bolt and TinyTimeMixer.
They were compared here with their authors' own classes on tiny checkpoints with made-up weights only; no published
weights have been run in this project.
"""

from assay.kernel.texts import register_texts
from assay.models.forecast.foundation.loading import load_checkpoint
from assay.models.forecast.foundation.model import FoundationModel

register_texts("foundation", "assay.models.forecast.foundation")

__all__ = ["FoundationModel", "load_checkpoint"]
