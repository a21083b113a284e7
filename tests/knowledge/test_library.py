"""The contract of a library, on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from assay.kernel.errors import InputError, IntegrityError, TransientError
from assay.knowledge.adding import AddOptions, AddState
from assay.knowledge.document import Block, BlockKind, Doubt, Page, ReadDocument, Span, Stated
from assay.knowledge.indexing import Indexer
from assay.knowledge.library import Library, find_document
from assay.knowledge.library_reader import LibraryReader
from assay.knowledge.rights import Asker
from assay.knowledge.store import keeping, pg_vectors

LI, OPS = Asker("li"), Asker("wang", frozenset({"ops"}))
DAY = date(2026, 3, 1)


def read(data: bytes, name: str) -> ReadDocument:
    """A small format: pages end with a form feed, paragraphs with the line; ``key=`` lines say something of it."""
    words = data.decode("utf-8")
    if words.startswith("broken"):
        raise InputError("reading.unreadable", name=name, problem="broken")
    said = dict(line.split("=", 1) for line in words.splitlines() if "=" in line)
    pages, blocks, doubts = [], [], []
    for number, part in enumerate(words.split("\f"), 1):
        boxes = np.full((len(part), 4), np.nan, dtype=np.float32)
        at = 0
        for line in part.splitlines(keepends=True):
            end = at + len(line.rstrip("\n"))
            boxes[at:end] = [[10.0 + 5 * n, 20.0, 15.0 + 5 * n, 30.5] for n in range(end - at)]
            if end > at:
                blocks.append(Block(BlockKind.PARAGRAPH, (Span(number, at, end),)))
            if "?" in line:
                doubts.append(Doubt(Span(number, at, end), "no_unit", {"value": line.strip()}))
            at += len(line)
        pages.append(Page(number, part, 595.0, 842.0, boxes))
    dates = {key: date.fromisoformat(said[key]) for key in ("valid_from", "valid_to") if key in said}
    others = tuple(said["replaces"].split(";")) if "replaces" in said else ()
    stated = Stated(said.get("version", ""), dates.get("valid_from"), dates.get("valid_to"), others)
    title = said.get("title", name)
    number = said.get("number", "")
    return ReadDocument("text/plain", title, tuple(pages), tuple(blocks), stated, tuple(doubts), number=number)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    if request.param == "sqlite":
        return tmp_path / "library"
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
def library(place: Path | str) -> Iterator[Library]:
    with Library.open(place, read=read, indexer=Indexer(None)) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "manuals"
    (made / "pumps").mkdir(parents=True)
    (made / "pumps" / "p101.txt").write_text("title=Pump P-101\nNever run the pump dry.\fSecond page 85 ?", "utf-8")
    (made / "valve.txt").write_text("title=阀门\n阀门 V-3 应缓慢打开。", "utf-8")
    (made / ".hidden").write_text("x", "utf-8")
    (made / "~$valve.txt").write_text("x", "utf-8")
    (made / "Thumbs.db").write_text("x", "utf-8")
    return made


def states(library: Library, *paths: Path, **options: object) -> dict[str, AddState]:
    report = library.add(list(paths), AddOptions(**options))  # type: ignore[arg-type]
    return {item.name: item.state for item in report.items}


def known(reader: LibraryReader) -> dict[str, tuple[str, bool, str | None]]:
    return {f"{i.name} {i.version}": (i.version, i.current, i.replaced_by) for i in reader.documents(outdated=True)}


def test_a_folder_is_added_and_read_back_as_it_was(library: Library, folder: Path) -> None:
    assert states(library, folder) == {"pumps/p101.txt": AddState.ADDED, "valve.txt": AddState.ADDED}
    reader = library.reader(LI)
    pump, valve = reader.documents()
    assert (pump.name, pump.title, pump.version, pump.pages, pump.lang) == (
        "pumps/p101.txt",
        "Pump P-101",
        "1",
        2,
        "en",
    )
    assert valve.lang == "zh" and pump.id == "doc_" + hashlib.sha256(b"pumps/p101.txt").hexdigest()[:16]
    source = read((folder / "pumps" / "p101.txt").read_bytes(), "p101.txt")
    page = reader.page(pump.id, "1", 2)
    assert (page.text, page.width, page.sha256) == (source.pages[1].text, 595.0, source.pages[1].sha256)
    np.testing.assert_array_equal(page.boxes, source.pages[1].boxes)
    assert list(reader.blocks(pump.id, "1")) == list(source.blocks)
    assert list(reader.doubts(pump.id, "1")) == list(source.doubts)
    assert reader.original(pump.id, "1") == (folder / "pumps" / "p101.txt").read_bytes()
    passages = reader.passages(pump.id, "1")
    assert passages and all(reader.passage(one.id) == one for one in passages)
    for unit in (unit for one in passages for unit in one.units):
        assert unit.text == "\n".join(reader.page(pump.id, "1", span.page).slice(span) for span in unit.spans)


def test_an_unchanged_file_is_not_read_again(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states(library, folder)
    monkeypatch.setattr("assay.knowledge.reading.limits.load", lambda path: pytest.fail("the file was opened"))
    assert set(states(library, folder).values()) == {AddState.UNCHANGED}


def test_a_touched_file_is_the_same_version(library: Library, folder: Path) -> None:
    states(library, folder)
    before = library.reader(LI).fingerprint()
    (folder / "valve.txt").write_bytes((folder / "valve.txt").read_bytes())
    assert set(states(library, folder).values()) == {AddState.UNCHANGED}
    assert library.reader(LI).fingerprint() == before


def test_a_changed_file_is_a_new_version_and_the_old_one_stays(library: Library, folder: Path) -> None:
    states(library, folder)
    old = library.reader(LI)
    (folder / "valve.txt").write_text("阀门 V-3 应快速打开。", "utf-8")
    assert states(library, folder)["valve.txt"] is AddState.UPDATED
    reader = library.reader(LI)
    assert known(reader)["valve.txt 1"] == ("1", False, "2") and known(reader)["valve.txt 2"] == ("2", True, None)
    valve = find_document(reader, "valve")
    assert "缓慢" in reader.page(valve, "1", 1).text and "快速" in reader.page(valve, "2", 1).text
    assert reader.fingerprint() != old.fingerprint()
    assert ["快速" in hit.passage.text for hit in reader.search("阀门打开", lane="lexical")] == [True]
    found = reader.search("阀门打开", lane="lexical", outdated=True)
    assert {hit.passage.version for hit in found} == {"1", "2"}


def test_the_same_content_under_another_version(library: Library, folder: Path) -> None:
    states(library, folder)
    assert states(library, folder / "valve.txt", version="2026-01") == {"valve.txt": AddState.UPDATED}
    assert states(library, folder / "valve.txt", version="2026-01") == {"valve.txt": AddState.UNCHANGED}
    found = known(library.reader(LI))
    assert found["valve.txt 2026-01"][1] and not found["valve.txt 1"][1]
    (folder / "valve.txt").write_text("阀门 V-3 应快速打开。", "utf-8")
    assert states(library, folder / "valve.txt", version="2026-01") == {"valve.txt": AddState.UPDATED}
    assert states(library, folder / "valve.txt", version="2026-01") == {"valve.txt": AddState.UNCHANGED}
    assert known(library.reader(LI))["valve.txt 2026-01#3"] == ("2026-01#3", True, None)


def test_search_ranks_what_may_be_read(library: Library, folder: Path) -> None:
    states(library, folder, groups=("ops",))
    assert library.reader(LI).search("阀门", lane="lexical") == []
    (hit,) = library.reader(OPS).search("阀门 V-3", lane="lexical")
    assert hit.passage.title == "阀门" and hit.lanes == {"lexical": 1}


def test_rights_are_kept_until_others_are_given(library: Library, folder: Path) -> None:
    states(library, folder, groups=("ops",))
    (folder / "valve.txt").write_text("阀门 V-3 应快速打开。", "utf-8")
    states(library, folder)
    assert library.reader(LI).documents() == [] and len(library.reader(OPS).documents()) == 2
    assert set(states(library, folder, groups=("*",)).values()) == {AddState.CHANGED}
    assert len(library.reader(LI).documents()) == 2


def test_a_forbidden_document_cannot_be_told_from_an_unknown_one(library: Library, folder: Path) -> None:
    states(library, folder, groups=("ops",))
    there = library.reader(OPS)
    valve = find_document(there, "valve.txt")
    passage = there.passages(valve, "1")[0].id
    forbidden, empty = library.reader(LI), library.reader(Asker("nobody"))
    for ask in ("page", "passages", "doubts", "blocks", "original", "info"):
        extra = (1,) if ask == "page" else ()
        said = []
        for reader, version in ((forbidden, "1"), (empty, "9")):
            with pytest.raises(InputError) as caught:
                getattr(reader, ask)(valve, version, *extra)
            said.append(str(caught.value))
        assert said[0] == said[1]
    with pytest.raises(InputError) as first:
        forbidden.passage(passage)
    with pytest.raises(InputError) as second:
        there.passage("0" * len(passage))
    assert str(first.value).replace(passage, "0" * len(passage)) == str(second.value)
    with pytest.raises(InputError):
        find_document(forbidden, "valve")
    assert forbidden.fingerprint() == library.reader(Asker("li")).fingerprint()


def test_two_files_of_one_name_from_different_places(library: Library, folder: Path, tmp_path: Path) -> None:
    states(library, folder)
    other = tmp_path / "elsewhere" / "valve.txt"
    other.parent.mkdir()
    other.write_text("another valve", "utf-8")
    (item,) = library.add([other]).items
    assert item.state is AddState.FAILED and "--name" in str(item.error)
    assert states(library, other, name="old/valve.txt") == {"old/valve.txt": AddState.ADDED}
    assert states(library, other, replaces=("valve.txt",)) == {"valve.txt": AddState.UPDATED}
    assert known(library.reader(LI))["valve.txt 1"] == ("1", False, "2")


def test_what_a_document_says_of_itself_and_what_a_person_says(library: Library, folder: Path) -> None:
    (folder / "valve.txt").write_text("version=B\nvalid_from=2026-01-01\nreplaces=SOP-12\n阀门。", "utf-8")
    (folder / "SOP-12 rev A.txt").write_text("title=SOP 12\nold", "utf-8")
    report = library.add([folder], AddOptions(owner="maintenance"))
    assert {item.name: item.unresolved for item in report.items}["valve.txt"] == ()
    infos = {info.name: info for info in library.reader(LI, on=DAY).documents(outdated=True)}
    assert infos["valve.txt"].version == "B" and infos["valve.txt"].owner == "maintenance"
    assert infos["SOP-12 rev A.txt"].replaced_by == "valve.txt" and not infos["SOP-12 rev A.txt"].current
    early = {info.name: info for info in library.reader(LI, on=date(2025, 12, 31)).documents(outdated=True)}
    assert early["SOP-12 rev A.txt"].current and not early["valve.txt"].current
    states(library, folder / "valve.txt", valid_from=date(2026, 6, 1))
    infos = {info.name: info for info in library.reader(LI, on=DAY).documents(outdated=True)}
    assert infos["valve.txt"].valid_from == date(2026, 6, 1) and infos["SOP-12 rev A.txt"].current


def test_what_is_replaced_is_known_by_its_own_number_and_may_come_later(library: Library, folder: Path) -> None:
    (folder / "a new one.txt").write_text("number=Q/HX 203-2025\nreplaces=Q/HX 203-2021\n3000 h", "utf-8")
    (folder / "the old one.txt").write_text("title=循环水泵规程\nnumber=Q/HX 203-2021\n2000 h", "utf-8")
    report = library.add([folder])
    assert {item.name: item.unresolved for item in report.items}["a new one.txt"] == ()
    infos = {info.name: info for info in library.reader(LI, on=DAY).documents(outdated=True)}
    assert infos["the old one.txt"].replaced_by == "a new one.txt" and infos["a new one.txt"].current


def test_a_newer_document_that_is_forbidden_replaces_nothing(library: Library, folder: Path) -> None:
    states(library, folder)
    newer = folder.parent / "newer.txt"
    newer.write_text("replaces=valve.txt\n新阀门", "utf-8")
    states(library, newer, groups=("ops",))
    assert not next(i for i in library.reader(OPS).documents(outdated=True) if i.name == "valve.txt").current
    mine = next(i for i in library.reader(LI).documents() if i.name == "valve.txt")
    assert mine.current and mine.replaced_by is None


def test_a_bad_file_is_told_and_the_others_go_on(library: Library, folder: Path) -> None:
    (folder / "a.txt").write_text("broken", "utf-8")
    said: list[tuple[int, int]] = []
    report = library.add([folder], progress=lambda item, done, of: said.append((done, of)))
    assert [item.state for item in report.items] == [AddState.FAILED, AddState.ADDED, AddState.ADDED]
    assert said == [(1, 3), (2, 3), (3, 3)]
    assert len(library.reader(LI).documents()) == 2


def test_nothing_to_add_and_wrong_options(library: Library, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for paths, options in (
        ([tmp_path / "absent"], AddOptions()),
        ([tmp_path / "empty"], AddOptions()),
        ([folder / "valve.txt", folder / "pumps" / "p101.txt"], AddOptions(name="x")),
        ([folder], AddOptions(replaces=("no such document",))),
    ):
        with pytest.raises(InputError):
            library.add(paths, options)
    assert library.reader(LI).documents() == []


def test_removing_leaves_nothing(library: Library, folder: Path, tmp_path: Path) -> None:
    states(library, folder)
    copy = tmp_path / "copy.txt"
    copy.write_bytes((folder / "valve.txt").read_bytes())
    states(library, copy)
    reader = library.reader(LI)
    valve = find_document(reader, "valve.txt")
    library.remove(valve)
    with pytest.raises(TransientError):
        reader.page(valve, "1", 1)
    with pytest.raises(TransientError):
        reader.passages(valve, "1")
    after = library.reader(LI)
    assert [info.name for info in after.documents()] == ["copy.txt", "pumps/p101.txt"]
    assert after.original(find_document(after, "copy.txt"), "1") == copy.read_bytes()
    for info in after.documents():
        library.remove(info.id)
    with library._store.looking() as connection:
        from assay.knowledge.store.schema import metadata

        left = {table.name: connection.execute(table.select()).all() for table in metadata.sorted_tables}
    assert {name for name, rows in left.items() if rows} == {"revision"}


def test_a_document_removed_while_it_is_searched(library: Library, folder: Path) -> None:
    states(library, folder)
    reader = library.reader(LI)
    library.remove(find_document(reader, "valve.txt"))
    with pytest.raises(TransientError, match="ask again"):
        reader.search("阀门", lane="lexical")


def test_a_person_settles_a_doubt(library: Library, folder: Path) -> None:
    states(library, folder)
    reader = library.reader(LI)
    pump = find_document(reader, "p101.txt")
    (row,) = reader.doubt_rows(pump, "1")
    library.settle(row, value="85 bar", person="li")
    after = library.reader(LI)
    assert len(after.doubts(pump, "1")) == 1, "the stored text still has the wrong number"
    assert after.fingerprint() != reader.fingerprint()
    library.settle(row, value=None, person="li")
    (row,) = library.reader(LI).doubt_rows(pump, "1")
    assert (row.state, row.person) == ("confirmed", "li") and row.time is not None
    assert list(library.reader(LI).doubts(pump, "1")) == []


def test_reindex_makes_old_segments_anew(library: Library, folder: Path) -> None:
    states(library, folder)
    assert library.reindex() == 0
    with library._store.keeping() as connection:
        from assay.knowledge.store.schema import segments

        connection.execute(segments.update().values(made_by="old", content=b"old"))
    assert library.reindex() == 2
    assert len(library.reader(LI).search("阀门", lane="lexical")) == 1


def grow_old(library: Library) -> None:
    """As an upgrade leaves a library: its segments cannot be read by this code."""
    from assay.knowledge.store.schema import segments

    with library._store.keeping() as connection:
        connection.execute(segments.update().values(made_by="older", content=b"older"))


def makers(library: Library) -> set[str]:
    with library._store.looking() as connection:
        return set(keeping.stale_segments(connection, "").values())


def test_an_upgrade_is_no_dead_end(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states(library, folder)
    before = [hit.passage.id for hit in library.reader(LI).search("阀门", lane="lexical")]
    grow_old(library)
    reader = library.reader(LI)
    assert [hit.passage.id for hit in reader.search("阀门", lane="lexical")] == before
    assert makers(library) == {library._index.made_by}, "what was made anew is kept"
    assert [hit.passage.id for hit in reader.search("阀门", lane="lexical")] == before
    grow_old(library)
    (folder / "new.txt").write_text("new", "utf-8")
    states(library, folder / "new.txt")
    assert makers(library) == {library._index.made_by}, "adding makes all anew"
    grow_old(library)
    monkeypatch.setattr("assay.knowledge.renewing.SECONDS", -1.0)
    for left in (2, 1):
        with pytest.raises(IntegrityError, match=f"1 of {left + 1} parts.*assay knowledge reindex"):
            library.reader(LI).search("阀门", lane="lexical")
    assert library.reader(LI).search("阀门", lane="lexical"), "each try goes on where the last one ended"


def test_what_is_forbidden_is_not_made_anew_for_a_reader(library: Library, folder: Path) -> None:
    states(library, folder / "valve.txt")
    states(library, folder / "pumps", groups=("hse",))
    grow_old(library)
    assert library.reader(LI).search("阀门", lane="lexical")
    assert makers(library) == {"older", library._index.made_by}


def test_a_library_that_cannot_be_written_is_searched(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states(library, folder)
    grow_old(library)

    def full(*_: object, **__: object) -> None:
        raise TransientError("knowledge.library_changed")

    monkeypatch.setattr(keeping, "put_segment", full)
    reader = library.reader(LI)
    assert [len(reader.search("阀门", lane="lexical")) for _ in range(2)] == [1, 1]
    assert makers(library) == {"older"}


def test_adding_keeps_the_vectors_of_another_embedder(library: Library, folder: Path) -> None:
    from assay.knowledge.store.schema import segments

    states(library, folder / "valve.txt")
    other = f"{library._index.made_by} another-embedder"
    with library._store.keeping() as connection:
        connection.execute(segments.update().values(made_by=other))
    states(library, folder / "pumps")
    assert makers(library) == {other, library._index.made_by}


def test_characters_that_no_database_keeps(library: Library, tmp_path: Path) -> None:
    file = tmp_path / "odd.txt"
    file.write_bytes("a\0b 泵\n".encode())
    states(library, file)
    (info,) = library.reader(LI).documents()
    assert library.reader(LI).page(info.id, "1", 1).text == "a\ufffdb 泵\n"


def test_the_migrations_make_the_tables_of_the_schema(library: Library) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from assay.knowledge.store.schema import metadata

    def own(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or name != pg_vectors.TABLE  # made where the database has pgvector

    options = {"compare_type": True, "version_table": "knowledge_revision", "include_name": own}
    with library._store.keeping() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_picture_is_cut_from_the_stored_file(tmp_path: Path) -> None:
    from reportlab.pdfgen.canvas import Canvas

    from assay.knowledge.reading import read_bytes

    file = tmp_path / "pump.pdf"
    canvas = Canvas(str(file))
    canvas.drawString(100, 700, "Never run the pump dry.")
    canvas.save()
    (tmp_path / "note.txt").write_text("Never run it dry.", "utf-8")
    reads = lambda data, name: read_bytes(data, name, ocr=False)  # noqa: E731
    with Library.open(tmp_path / "library", read=reads, indexer=Indexer(None)) as library:
        library.add([file, tmp_path / "note.txt"])
        file.unlink()
        reader = library.reader(LI)
        note, pump = reader.documents()
        picture = reader.picture(pump.id, pump.version, Span(1, 0, 5))
        whole = reader.picture(pump.id, pump.version, Span(1, 0, 23))
        assert (
            picture is not None and whole is not None and picture.startswith(b"\x89PNG") and len(whole) > len(picture)
        )
        assert reader.picture(note.id, note.version, Span(1, 0, 5)) is None


_TOWER = "# Fibre tower manual\n\nDocument no. LV-OM-22\n"


@pytest.mark.parametrize(
    ("new", "old", "other"),
    [
        (  # by its number or title
            f"{_TOWER}Version 4\nThis edition supersedes version 3.\n\nDraw at 20 m/s.\n",
            f"{_TOWER}Version 3\n\nDraw at 18 m/s.\n",
            "# Kiln manual\n\nDocument no. LV-OM-23\nVersion 3\n\nFire at 900 °C.\n",
        ),
        (  # without a number, with one machine more
            "# Riddling machines GR-1, GR-2 and GR-3\n\nVersion 4\nThis edition supersedes version 3.\n\nTurn.\n",
            "# Riddling machines GR-1 and GR-2 (Version 3)\n\nTurn twice.\n",
            "# Riddling machines RX-8 and RX-9 (Version 3)\n\nTurn thrice.\n",
        ),
    ],
)
def test_an_edition_replaces_the_earlier_one_of_the_same_work(tmp_path: Path, new: str, old: str, other: str) -> None:
    """Another manual's version 3 stays valid."""
    texts = {"new.md": new, "old.md": old, "other.md": other}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    with Library.open(tmp_path / "library", indexer=Indexer(None)) as library:
        library.add([tmp_path / name for name in texts])
        seen = library.reader(Asker("li")).documents(outdated=True)
    assert {one.name: one.current for one in seen} == {"new.md": True, "old.md": False, "other.md": True}


def test_what_says_that_it_is_superseded_is_not_in_force_unless_a_person_says_so(tmp_path: Path) -> None:
    """The newer edition is in no library, so no day is known."""
    (tmp_path / "old.md").write_text(f"{_TOWER}Version 3\nThis edition has been replaced by edition 4.\n", "utf-8")

    def current(library: Library) -> list[bool]:
        return [one.current for one in library.reader(Asker("li")).documents(outdated=True)]

    with Library.open(tmp_path / "library", indexer=Indexer(None)) as library:
        library.add([tmp_path / "old.md"])
        assert current(library) == [False]
        library.add([tmp_path / "old.md"], AddOptions(valid_from=date(2020, 1, 1)))
        assert current(library) == [True]
        library.reindex(everything=True)
        assert current(library) == [True]
