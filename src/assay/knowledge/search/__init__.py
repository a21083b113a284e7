"""Search: terms, segments (the index of one version), views (the permitted segments merged), lanes and their fusion.

A store keeps ``build(...).to_bytes()`` a version; ``Engine.view`` merges those that an asker may read, and
``Engine.search`` ranks over that view alone, so every figure behind a score is of permitted documents.
"""

from assay.kernel.texts import register_texts

register_texts("search", "assay.knowledge.search")
