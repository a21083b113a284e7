"""Access files: who is in which group, and which groups read which document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assay.kernel.errors import InputError
from assay.knowledge.access import AccessBook


def book(**parts: object) -> AccessBook:
    return AccessBook.parse(json.dumps({"documents": {}} | parts, ensure_ascii=False))


def test_users_and_groups_say_the_same_from_both_sides() -> None:
    made = book(users={"li": ["ops"], "wang": "maint"}, groups={"safety": ["li", "chen"], "maint": "chen"})
    assert made.asker("li").groups == {"ops", "safety"}
    assert made.asker("wang").groups == {"maint"}
    assert made.asker("chen").groups == {"safety", "maint"}
    assert made.asker("stranger").groups == frozenset()


@pytest.mark.parametrize("name", ["manuals/pump.pdf", "pump.pdf", "pump", "manuals/pump", "./manuals/pump.pdf"])
def test_a_document_is_named_by_path_file_name_or_stem(name: str) -> None:
    made = book(users={"li": "ops", "wang": "maint"}, documents={name: ["ops"]})
    assert made.permit(made.asker("li"))("manuals/pump.pdf")
    assert not made.permit(made.asker("wang"))("manuals/pump.pdf")
    assert not made.permit(made.asker("li"))("manuals/pump2.pdf")


def test_of_several_entries_each_must_permit() -> None:
    made = book(
        users={"li": "ops", "wang": ["ops", "maint"]}, documents={"pump.pdf": "ops", "pump": ["maint", "safety"]}
    )
    assert not made.permit(made.asker("li"))("pump.pdf")
    assert made.permit(made.asker("wang"))("pump.pdf")


def test_what_is_not_listed_is_read_by_nobody_and_a_star_by_everybody() -> None:
    made = book(users={"li": "ops"}, documents={"open.txt": "*", "closed.txt": []})
    for user in ("li", "stranger"):
        permitted = made.permit(made.asker(user))
        assert (permitted("open.txt"), permitted("closed.txt"), permitted("other.txt")) == (True, False, False)
    # A star in a user's groups is no right to everything.
    greedy = book(users={"li": "*"}, documents={"x.txt": "ops"})
    assert not greedy.permit(greedy.asker("li"))("x.txt")


def test_forms_of_one_chinese_or_accented_name() -> None:
    made = book(users={"li": "ops"}, documents={"cafe\u0301.txt": "ops", "手册\\泵.pdf": "ops"})
    permitted = made.permit(made.asker("li"))
    assert permitted("caf\u00e9.txt") and permitted("手册/泵.pdf")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "[]",
        "{",
        '{"users": {"li": ["ops"]}}',
        '{"documents": ["a.pdf"]}',
        '{"documents": {"a.pdf": 3}}',
        '{"documents": {"a.pdf": [""]}}',
        '{"documents": {"a.pdf": [["ops"]]}}',
        '{"documents": {"a.pdf": "ops", "a.pdf": "*"}}',
        '{"documents": {}, "users": {"li": null}}',
        '{"documents": {}, "groups": "ops"}',
        "[" * 100_000,
    ],
)
def test_what_is_wrong_is_one_sentence(source: str, tmp_path: Path) -> None:
    file = tmp_path / "access.json"
    file.write_text(source, "utf-8")
    with pytest.raises(InputError) as caught:
        AccessBook.load(file)
    for sentence in (caught.value.render("en"), caught.value.render("zh")):
        assert str(file) in sentence and len(sentence) < 500 and "\n" not in sentence


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        AccessBook.load(tmp_path / "absent.json")
    with pytest.raises(InputError):
        AccessBook.load(tmp_path)
    (tmp_path / "latin.json").write_bytes(b'{"documents": {"\xe9": "ops"}}')
    with pytest.raises(InputError):
        AccessBook.load(tmp_path / "latin.json")
