"""The nearest passages by pgvector are those of the engine, bit for bit, and permitted ones only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from tests.knowledge.test_library import LI, OPS, grow_old, read
from tests.knowledge.test_library_rights import Meanings

from assay.knowledge.adding import AddOptions
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library, find_document
from assay.knowledge.store import pg_vectors

WORDS = "pump valve dry open oil seal bolt 85 泵 阀门 温度 压力".split()


@pytest.fixture
def vectors(postgres: str) -> str:
    """A database with pgvector."""
    engine = create_engine(postgres)
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public"))
    except DBAPIError as error:
        pytest.skip(f"no pgvector: {error.orig}")
    finally:
        engine.dispose()
    return postgres


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "manuals"
    made.mkdir()
    order = np.random.default_rng(1)
    for number in range(12):
        lines = ["\n".join([f"title=M {number}", *(" ".join(order.choice(WORDS, 5)) for _ in range(40))])]
        (made / f"{number:02}.txt").write_text("\f".join(lines), "utf-8")
    return made


def opened(place: Path | str) -> Library:
    return Library.open(place, read=read, indexer=Indexer(Meanings()))  # type: ignore[arg-type]


def fill(library: Library, folder: Path) -> None:
    for number, file in enumerate(sorted(folder.iterdir())):
        library.add([file], AddOptions(groups=("ops",) if number % 3 else ("*",)))


def stored(library: Library) -> list[str]:
    with library._store.looking() as connection:
        query = f"SELECT passage FROM {pg_vectors.TABLE} ORDER BY 1"
        return list(connection.execute(text(query)).scalars())


def test_the_nearest_are_those_of_the_engine(
    vectors: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(vectors) as library, opened(tmp_path / "sqlite") as other:
        for one in (library, other):
            fill(one, folder)
        ranked = []
        for asker in (LI, OPS):
            reader, same = library.reader(asker), other.reader(asker)
            for question in Meanings().queries(["pump dry", "阀门 温度", "85"]):
                found = reader.nearest(question, limit=30)
                assert found == same.nearest(question, limit=30) and len(found) >= 8
                permitted = {one.id for one in reader.documents()}
                assert {reader.passage(id).document for id, _ in found} <= permitted
                ranked.append(found)
        assert ranked[0] != ranked[3]
        monkeypatch.setattr("assay.knowledge.search.engine.Engine.view", None)
        assert library.reader(LI).nearest(Meanings().queries(["pump dry"])[0], limit=30) == ranked[0]


def test_the_rights_of_rows_hold_for_vectors(vectors: str, folder: Path) -> None:
    with opened(vectors) as library:
        fill(library, folder)
        query = text(f"SELECT DISTINCT document FROM {pg_vectors.TABLE}")
        for asker, count in ((LI, 4), (OPS, 12)):
            with library._store.reading(asker.groups | {"*"}) as connection:
                assert len(connection.execute(query).all()) == count
        with library._store._database.read() as connection:
            connection.exec_driver_sql("SET LOCAL ROLE assay_reader")
            assert connection.execute(query).all() == []


def test_vectors_come_and_go_with_their_passages(vectors: str, folder: Path) -> None:
    with opened(vectors) as library:
        library.add([folder])
        every = stored(library)
        assert len(every) >= 12
        grow_old(library)
        assert library.reindex() == 12 and stored(library) == every
        with library._store.keeping() as connection:
            connection.execute(text(f"DROP TABLE {pg_vectors.TABLE}"))
        question = Meanings().queries(["pump"])[0]
        before = library.reader(LI).nearest(question)
        assert library.reindex(everything=True) == 12
        assert stored(library) == every, "a database that gets pgvector later is filled"
        assert library.reader(LI).nearest(question) == before
        for info in library.reader(LI).documents():
            library.remove(find_document(library.reader(LI), info.name))
        assert stored(library) == []
