"""Which language model is used: ``assay.toml`` and the environment decide, never the code.

::

    [llm]
    backend = "openai"              # "embedded" (default), "openai" or "none"
    base_url = "http://gpu-box:8000/v1"
    model = "qwen3-32b"
    api_key_env = "PLANT_LLM_API_KEY"

    [llm.bigger]                    # optional: asked when a check failed
    backend = "openai"
    ...

The file is looked for in the working folder, then in ``$ASSAY_HOME``. ``ASSAY_LLM_BACKEND``, ``ASSAY_LLM_MODEL`` and
so on override single fields of ``[llm]``, ``ASSAY_LLM_BIGGER_MODEL`` and so on those of ``[llm.bigger]``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assay.kernel.errors import InputError, MissingDependency
from assay.llm.home import assay_home

if TYPE_CHECKING:
    from assay.llm.embedded import Adapted, EmbeddedModel
    from assay.llm.port import Embedder, LanguageModel

FILE_NAME = "assay.toml"
_PREFIX = "ASSAY_LLM_"
_KEY_NAME = re.compile(r"ASSAY_[A-Z0-9_]+|[A-Z][A-Z0-9_]*_API_KEY")


class Backend(BaseModel):
    """One back end; fields that it does not use may stay away."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    backend: Literal["embedded", "openai", "none"] = "embedded"
    base_url: str | None = None
    model: str | None = None
    api_key_env: str | None = None
    model_path: Path | None = None
    context: int = Field(default=8192, ge=512, le=1_048_576)
    threads: int | None = Field(default=None, ge=1, le=256)
    gpu_layers: int = Field(default=0, ge=0, le=1000)
    embeddings: Literal["local", "openai"] = "local"
    embedding_model: str | None = None
    embedding_base_url: str | None = None


class LLMConfig(Backend):
    """The table ``[llm]``; ``bigger`` is asked when a check failed."""

    bigger: Backend | None = None


def load_config(start: Path | None = None, environment: Mapping[str, str] | None = None) -> LLMConfig:
    """The settings of this user in the folder ``start`` (default: the working folder). Raises InputError."""
    values = os.environ if environment is None else environment
    table, source = _file_table(start or Path.cwd())
    own, bigger = _from_environment(values)
    merged: dict[str, Any] = {**table, **own}
    if bigger:
        given = table.get("bigger")
        merged["bigger"] = {**(given if isinstance(given, dict) else {}), **bigger}
    try:
        config = LLMConfig.model_validate(merged)
    except ValidationError as error:
        raise _wrong(error, source, own) from error
    _check(config, source, "")
    if config.bigger is not None:
        _check(config.bigger, source, "BIGGER_")
    return config


def open_model(config: Backend | None = None) -> LanguageModel | None:
    """The configured model, or None for "none". Raises MissingDependency or InputError with what to do.

    Nothing is loaded or connected before the first call.
    """
    chosen = config or load_config()
    if chosen.backend == "none":
        return None
    if chosen.backend == "openai":
        from assay.llm.openai import RemoteModel

        assert chosen.base_url is not None and chosen.model is not None
        return RemoteModel(_endpoint(chosen, chosen.base_url), chosen.model, open_embedder(chosen))
    return _open_embedded(chosen)


def open_adapted(name: str) -> Adapted | None:
    """The embedded model with what ships of its learning for one task; None where another model is configured, or where
    it is not installed. Nothing is loaded before the first call."""
    chosen = load_config()
    if chosen.backend != "embedded" or chosen.model_path is not None:
        return None
    try:
        return _open_embedded(chosen).adapted(name)
    except MissingDependency:
        return None


def open_bigger(config: LLMConfig | None = None) -> LanguageModel | None:
    """The larger model that is asked when a check failed, or None when none is configured."""
    bigger = (config or load_config()).bigger
    return None if bigger is None else open_model(bigger)


def open_embedder(config: Backend | None = None) -> Embedder:
    """The configured embeddings, which need no language model."""
    chosen = config or load_config()
    if chosen.embeddings == "openai":
        from assay.llm.openai import RemoteEmbedder

        base_url = chosen.embedding_base_url or chosen.base_url
        assert base_url is not None and chosen.embedding_model is not None
        return RemoteEmbedder(_endpoint(chosen, base_url), chosen.embedding_model)
    from assay.llm.embedding import LocalEmbedder

    return LocalEmbedder()


def _open_embedded(chosen: Backend) -> EmbeddedModel:
    import importlib.util

    from assay.llm import assemble
    from assay.llm.embedded import EmbeddedModel, EmbeddedSettings

    if importlib.util.find_spec("xllamacpp") is None:
        raise MissingDependency("llm.no_engine", command=assemble.pip_commands()[0])
    if chosen.model_path is None and not assemble.model_path().is_file() and (missing := assemble.missing_slices()):
        by_extra, by_list = assemble.pip_commands()
        total = len(assemble.EMBEDDED.distributions)
        raise MissingDependency(
            "llm.slices_missing", count=len(missing), total=total, command=by_extra, explicit=by_list
        )
    settings = EmbeddedSettings(
        context=chosen.context,
        threads=chosen.threads,
        gpu_layers=chosen.gpu_layers,
        file=chosen.model_path.expanduser() if chosen.model_path is not None else None,
    )
    return EmbeddedModel(open_embedder(chosen), settings)


def _endpoint(chosen: Backend, base_url: str) -> Any:
    from assay.llm.endpoint import Endpoint

    return Endpoint(base_url, key_variable=chosen.api_key_env)


def _file_table(start: Path) -> tuple[dict[str, Any], str]:
    """The table ``[llm]`` of the first settings file found, and where it stands."""
    for folder in (start, assay_home()):
        path = folder / FILE_NAME
        if not path.is_file():
            continue
        try:
            loaded = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise InputError("llm.config_unreadable", path=path, reason=str(error)[:200]) from error
        table = loaded.get("llm", {})
        if not isinstance(table, dict):
            raise InputError("llm.config_field", path=path, field="llm", reason="a table [llm] is expected")
        return dict(table), str(path)
    return {}, FILE_NAME


def _from_environment(values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Overrides of [llm] and of [llm.bigger]; an empty variable counts as not set."""
    own, bigger = {}, {}
    for field in Backend.model_fields:
        if value := values.get(_PREFIX + field.upper(), "").strip():
            own[field] = value
        if value := values.get(f"{_PREFIX}BIGGER_{field.upper()}", "").strip():
            bigger[field] = value
    return own, bigger


def _wrong(error: ValidationError, source: str, own: Mapping[str, str]) -> InputError:
    first = error.errors()[0]
    path = [str(step) for step in first["loc"]]
    if len(path) == 1 and path[0] in own:
        name = _PREFIX + path[0].upper()
        return InputError("llm.config_env", name=name, value=own[path[0]], reason=first["msg"])
    return InputError("llm.config_field", path=source, field=".".join(["llm", *path]), reason=first["msg"])


def _check(chosen: Backend, source: str, prefix: str) -> None:
    """What a back end cannot do without, and what no settings file may ask for."""
    needed = {"base_url": chosen.base_url, "model": chosen.model} if chosen.backend == "openai" else {}
    if chosen.embeddings == "openai":
        needed["embedding_model"] = chosen.embedding_model
        needed["embedding_base_url"] = chosen.embedding_base_url or chosen.base_url
    for field, value in needed.items():
        if not value:
            variable = f"{_PREFIX}{prefix}{field.upper()}"
            raise InputError("llm.config_needs", backend=chosen.backend, source=source, field=field, variable=variable)
    # A settings file that somebody else left in a folder must not send any secret of the environment to a server.
    if chosen.api_key_env is not None and not _KEY_NAME.fullmatch(chosen.api_key_env):
        raise InputError("llm.key_bad_name", name=chosen.api_key_env)
    for url in (chosen.base_url, chosen.embedding_base_url):
        if url is not None:
            from assay.llm.endpoint import host_of

            host_of(url)
