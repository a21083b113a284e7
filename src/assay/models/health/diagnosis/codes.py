"""ISO 14224:2016 codes for machines: those of the plant's failure libraries, with what only machines need; (zh, en)."""

from __future__ import annotations

from assay.plant.failures_iso import CAUSES as PLANT_CAUSES
from assay.plant.failures_iso import MECHANISMS as PLANT_MECHANISMS
from assay.plant.failures_iso import MODES as PLANT_MODES

# Failure modes of rotating equipment that the plant's table does not have (table B.6).
MODES: dict[str, tuple[str, str]] = {
    **PLANT_MODES,
    "FTS": ("不能按要求启动", "Failure to start on demand"),
    "NOI": ("噪声", "Noise"),
    "OHE": ("过热", "Overheating"),
    "SER": ("使用中的小问题", "Minor in-service problems"),
    "STD": ("结构缺陷", "Structural deficiency"),
    "UST": ("误停机", "Spurious stop"),
}
MECHANISMS = PLANT_MECHANISMS
CAUSES = PLANT_CAUSES

# Equipment classes, table A.4.
CLASSES: dict[str, tuple[str, str]] = {
    "BL": ("风机", "Blowers and fans"),
    "CO": ("压缩机", "Compressors"),
    "EG": ("发电机", "Electric generators"),
    "EM": ("电动机", "Electric motors"),
    "FS": ("过滤器", "Filters and strainers"),
    "GT": ("燃气轮机", "Gas turbines"),
    "HE": ("换热器", "Heat exchangers"),
    "PU": ("泵", "Pumps"),
    "ST": ("汽轮机", "Steam turbines"),
    "TE": ("透平膨胀机", "Turboexpanders"),
    "VA": ("阀门", "Valves"),
}
ROTATING = ("BL", "CO", "EG", "EM", "GT", "PU", "ST", "TE")
