"""An optional reranker over HTTP (``POST /rerank`` as Jina, Cohere, vLLM and others serve it).

::

    [rerank]
    base_url = "http://gpu-box:8001/v1"
    model = "bge-reranker-v2-m3"
    api_key_env = "PLANT_RERANK_API_KEY"    # optional

The table stands in ``assay.toml`` in the working folder or in ``$ASSAY_HOME``; ``ASSAY_RERANK_BASE_URL`` and so on
override its fields. Only passages that the asker may read are sent, and only the best of them.
"""

from __future__ import annotations

import asyncio
import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.kernel.errors import InputError, ModelError
from assay.knowledge.search.blocking import waited
from assay.llm.config import FILE_NAME
from assay.llm.endpoint import Endpoint
from assay.llm.home import assay_home

#: How many of the best passages a reranker sees.
DEPTH = 30
_LONGEST = 4000
_FIELDS = ("base_url", "model", "api_key_env")
_KEY_NAME = re.compile(r"ASSAY_[A-Z0-9_]+|[A-Z][A-Z0-9_]*_API_KEY")


@dataclass(frozen=True, slots=True)
class Reranker:
    """A configured service; ``digest`` is what a search's record says of it."""

    endpoint: Endpoint
    model: str
    timeout: float = 20.0

    @property
    def digest(self) -> str:
        return f"unverified:{self.model}@{self.endpoint.host}"

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A relevance a text, in the order of the texts. Raises LinkError, ModelError, or InputError for settings."""

        async def call() -> list[float]:
            try:
                async with asyncio.timeout(self.timeout):
                    return await _Service.of(self.endpoint).rerank(self.model, query, texts)
            except TimeoutError as error:
                raise ModelError("llm.timed_out") from error

        return waited(call)


class _Service(Endpoint):
    """An endpoint with one more call."""

    @classmethod
    def of(cls, endpoint: Endpoint) -> _Service:
        made = cls.__new__(cls)
        made.__dict__.update(endpoint.__dict__ | {"_client": None, "_loop": None})
        return made

    async def rerank(self, model: str, query: str, texts: Sequence[str]) -> list[float]:
        documents = [text[:_LONGEST].encode("utf-8", "replace").decode("utf-8") for text in texts]
        asked = query.encode("utf-8", "replace").decode("utf-8")
        body = {"model": model, "query": asked, "documents": documents, "top_n": len(documents)}
        body["return_documents"] = False
        try:
            answer = await self._retrying(lambda: self._post("/rerank", body), lambda: True)
        finally:
            await self.close()
        return self._read(answer, len(documents))

    def _read(self, answer: Mapping[str, Any], count: int) -> list[float]:
        """The scores by index; a text that the service left out comes last."""
        found = [-math.inf] * count
        try:
            for row in answer["results"]:
                score = float(row["relevance_score"] if "relevance_score" in row else row["score"])
                place = int(row["index"])
                if not 0 <= place < count or not math.isfinite(score):
                    raise ValueError("index or score")
                found[place] = score
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError("llm.server_answer", host=self.host, reason=error, start=str(answer)[:200]) from error
        return found


def open_reranker(start: Path | None = None, environment: Mapping[str, str] | None = None) -> Reranker | None:
    """The configured reranker, or None. Raises InputError for settings that are wrong. Connects to nothing."""
    values = os.environ if environment is None else environment
    table = _table(start or Path.cwd())
    given = {name: values.get(f"ASSAY_RERANK_{name.upper()}", "").strip() or table.get(name) for name in _FIELDS}
    if not given["base_url"]:
        return None
    wrong = [name for name in table if name not in _FIELDS] + [
        name for name in _FIELDS if not isinstance(given[name], str | None)
    ]
    if wrong or not given["model"]:
        raise InputError("search.rerank_config", field=wrong[0] if wrong else "model")
    if given["api_key_env"] and not _KEY_NAME.fullmatch(str(given["api_key_env"])):
        raise InputError("llm.key_bad_name", name=given["api_key_env"])
    endpoint = Endpoint(str(given["base_url"]), key_variable=given["api_key_env"] or None, attempts=2)
    return Reranker(endpoint, str(given["model"]))


def _table(start: Path) -> dict[str, Any]:
    """The table ``[rerank]`` of the first settings file found."""
    for folder in (start, assay_home()):
        path = folder / FILE_NAME
        if not path.is_file():
            continue
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("rerank", {})
        except (OSError, ValueError) as error:
            raise InputError("llm.config_unreadable", path=path, reason=str(error)[:200]) from error
        if not isinstance(table, dict):
            raise InputError("search.rerank_config", field="rerank")
        return dict(table)
    return {}
