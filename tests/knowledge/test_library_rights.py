"""Rights: what somebody sees equals what he would see over a library without the documents that he may not read."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assay.kernel.errors import AssayError
from assay.knowledge.access import AccessBook
from assay.knowledge.adding import AddOptions
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library, find_document
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.passage import Passage
from assay.knowledge.reader import Lane
from assay.knowledge.rights import Asker

LANES: tuple[Lane, ...] = ("hybrid", "lexical", "dense")
GROUPS = ("ops", "maint", "*")
DAYS = (None, "2026-01-01", "2026-03-01")
WORDS = ("pump", "valve", "P-101", "SOP-12", "泵", "阀门", "温度", "dry", "85", "open")
NAMES = ("SOP-12 a.txt", "SOP-12 b.txt", "pump.txt", "sub/pump.txt", "阀门.txt")


def _reader_of_tests() -> Any:
    spec = importlib.util.spec_from_file_location("library_contract", Path(__file__).with_name("test_library.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.read


read = _reader_of_tests()

document = st.fixed_dictionaries(
    {
        "groups": st.sets(st.sampled_from(GROUPS), max_size=2),
        "title": st.sampled_from(("SOP-12", "Pump manual", "阀门手册")),
        "valid_from": st.sampled_from(DAYS),
        "valid_to": st.sampled_from(DAYS),
        "replaces": st.sampled_from((None, "SOP-12", "pump", "Pump manual", "阀门", "sub/pump.txt")),
        "versions": st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12), min_size=1, max_size=2),
    }
)
library_of = st.dictionaries(st.sampled_from(NAMES), document, min_size=1, max_size=5)
groups_of_asker = st.sets(st.sampled_from(("ops", "maint")), max_size=2)


class Meanings:
    """An embedding without a model: a text's vector follows from its words."""

    digest = "test"
    learned = "test"

    def passages(self, passages: Sequence[Passage]) -> NDArray[np.float32]:
        return self.queries([one.text for one in passages])

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [sum(_vector(word) for word in ("all", *words.split())) for words in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def asked(self, question: str) -> NDArray[np.float32]:
        return self.queries([f"asked {question}"])[0]


def _vector(word: str) -> NDArray[np.float64]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "big")
    return np.random.default_rng(seed).normal(size=16)


def fill(place: Path, files: Path, documents: dict[str, dict[str, Any]]) -> Library:
    library = Library.open(place, read=read, indexer=Indexer(Meanings()))  # type: ignore[arg-type]
    for name, about in documents.items():
        for words in about["versions"]:
            said = [f"{key}={about[key]}" for key in ("title", "valid_from", "valid_to", "replaces") if about[key]]
            file = files / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("\n".join([*said, " ".join(words), "85 ?"]), "utf-8")
            options = AddOptions(groups=tuple(about["groups"]), name=name)
            library.add([file], options)
    return library


def everything(reader: LibraryReader) -> str:
    """All that a reader tells, as text."""
    told: list[Any] = [reader.fingerprint()]
    for outdated in (False, True):
        told += [asdict(info) for info in reader.documents(outdated=outdated)]
        for query in ("pump dry 85", "阀门 温度", "SOP-12", "nothing at all"):
            for lane in LANES:
                told += [asdict(hit) for hit in reader.search(query, lane=lane, outdated=outdated)]
    for info in reader.documents(outdated=True):
        told += [
            reader.page(info.id, info.version, 1).text,
            [asdict(one) for one in reader.passages(info.id, info.version)],
        ]
        told += [
            [row.id for row in reader.doubt_rows(info.id, info.version)],
            list(reader.notes(info.id, info.version)),
        ]
    for reference in (*NAMES, "SOP-12", "Pump manual", "pump", "absent"):
        try:
            told.append(find_document(reader, reference))
        except AssayError as error:
            told.append([str(error), error.render("zh")])
    return json.dumps(told, default=str, ensure_ascii=False)


def check(documents: dict[str, dict[str, Any]], groups: set[str], folder: Path) -> None:
    """The law, for one library and one asker."""
    asker = Asker("li", frozenset(groups))
    permitted = {name: about for name, about in documents.items() if asker.may_read(about["groups"])}
    files, day = folder / "files", date(2026, 2, 1)
    with fill(folder / "all", files, documents) as whole, fill(folder / "some", files, permitted) as less:
        assert everything(whole.reader(asker, on=day)) == everything(less.reader(asker, on=day))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents=library_of, groups=groups_of_asker)
def test_a_reader_equals_one_over_a_library_without_the_forbidden_documents(
    documents: dict[str, dict[str, Any]], groups: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(documents, groups, tmp_path_factory.mktemp("rights"))


@pytest.mark.long
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents=library_of, groups=groups_of_asker)
def test_many_readers_equal_those_over_libraries_without_the_forbidden_documents(
    documents: dict[str, dict[str, Any]], groups: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    check(documents, groups, tmp_path_factory.mktemp("rights"))


def test_an_access_file_limits_what_stored_groups_permit(tmp_path: Path) -> None:
    documents = {name: _about("ops" if name.startswith("SOP") else "*") for name in NAMES}
    book = AccessBook.parse(json.dumps({"users": {"li": "ops"}, "documents": {"pump": "ops", "SOP-12 a.txt": "*"}}))
    with fill(tmp_path / "all", tmp_path / "files", documents) as library:
        library.access = book
        names = [info.name for info in library.reader(book.asker("li")).documents()]
        assert names == ["SOP-12 a.txt", "pump.txt", "sub/pump.txt"]
        assert library.reader(book.asker("stranger")).documents() == []
        assert library.reader(book.asker("stranger")).search("pump", lane="lexical") == []


def test_postgres_itself_hides_the_rows_of_forbidden_documents(tmp_path: Path, postgres: str) -> None:
    from sqlalchemy import text

    from assay.knowledge.store import row_rights
    from assay.knowledge.store.schema import metadata

    file = tmp_path / "secret.txt"
    file.write_text("the secret pump 85 ?", "utf-8")
    with Library.open(postgres, read=read, indexer=Indexer(None)) as library:
        library.add([file], AddOptions(groups=("ops",)))
        tables = [name for name in metadata.tables if name != "revision"]
        for groups, seen in ((("ops",), 1), (("maint", "*"), 0), ((), 0)):
            with library._store.reading(groups) as connection:
                counts = {name: len(connection.execute(text(f"SELECT 1 FROM {name}")).all()) for name in tables}
            assert set(counts.values()) == {seen}, counts
        with library._store.looking() as connection:
            assert connection.execute(text("SELECT count(*) FROM pages")).scalar() == 1
            # A reader's role cannot make itself the keeper.
            row_rights.as_reader(connection, ())
            connection.execute(text("SET LOCAL assay.task = 'keep'"))
            assert connection.execute(text("SELECT count(*) FROM pages")).scalar() == 0
        with library._store._database.read() as connection:
            # Nobody set anything: as the reader's role not a row is seen.
            connection.execute(text(f"SET LOCAL ROLE {row_rights.READER}"))
            assert connection.execute(text("SELECT count(*) FROM documents")).scalar() == 0


def test_an_owner_without_special_rights_is_bound_too(tmp_path: Path, postgres: str) -> None:
    from sqlalchemy import create_engine, make_url, text
    from sqlalchemy.exc import DBAPIError

    url, owner = make_url(postgres), f"owner_{tmp_path.name[-20:]}".lower()
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            schema = connection.execute(text("SELECT current_schema()")).scalar_one()
            connection.execute(text(f"CREATE ROLE {owner} LOGIN PASSWORD 'plain'"))
            connection.execute(text(f"GRANT ALL ON SCHEMA {schema} TO {owner}"))
    except DBAPIError as error:
        pytest.skip(f"this PostgreSQL lets no role be made: {error.orig}")
    plain = url.set(username=owner, password="plain").render_as_string(hide_password=False)
    (tmp_path / "secret.txt").write_text("the secret pump", "utf-8")
    with Library.open(plain, read=read, indexer=Indexer(None)) as library:
        library.add([tmp_path / "secret.txt"], AddOptions(groups=("ops",)))
        assert len(library.reader(Asker("li", frozenset({"ops"}))).search("pump", lane="lexical")) == 1
        assert library.reader(Asker("li")).documents() == []
        with library._store._database.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM passages")).scalar() == 0
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {owner} CASCADE"))
        connection.execute(text(f"DROP ROLE {owner}"))
    engine.dispose()


def _about(group: str) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(("title", "valid_from", "valid_to", "replaces"))
    return nothing | {"groups": {group}, "versions": [["pump", "dry"]]}
