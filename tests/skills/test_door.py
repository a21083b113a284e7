"""The entry-point group lets a stranger's skill in, and a broken one never takes the program down."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

import pytest

import assay
from assay.kernel.errors import InputError
from assay.kernel.texts import LANGS
from assay.skills.door import GROUP, RESERVED, discover, load

EXAMPLE = Path(__file__).parents[1] / "example_skill"

SKILL = """
from assay.kernel.skill import Skill
from pydantic import BaseModel
from assay.kernel.tool import Effect, Result, Tool

class Nothing(BaseModel):
    pass

async def run(arguments, context):
    return Result(value=None)

tool = Tool(name="{tool}", effect=Effect.READ, arguments=Nothing, run=run, summary="{summary}", example="{summary}")
skill = Skill(name="{name}", tools=(tool,), texts="{texts}")
"""


def package(folder: Path, module: str, code: str, en: dict[str, str] | None = None, zh: object = None) -> str:
    """A package with texts; returns its name."""
    place = folder / module
    (place / "texts").mkdir(parents=True)
    (place / "__init__.py").write_text(code, encoding="utf-8")
    english = {"about": "a {x}"} if en is None else en
    for lang, content in (("en", english), ("zh", english if zh is None else zh)):
        (place / "texts" / f"{lang}.json").write_text(json.dumps(content), encoding="utf-8")
    return module


def entry(name: str, module: str) -> EntryPoint:
    return EntryPoint(name, f"{module}:skill", GROUP)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def good(module: str, name: str, **changes: str) -> str:
    values = {"name": name, "tool": f"{name}.look", "summary": f"{name}.about", "texts": module, **changes}
    return SKILL.format(**values)


def test_a_skill_comes_in_with_its_texts(folder: Path) -> None:
    module = package(folder, "door_good", good("door_good", "goodone"))
    skill = load(entry("goodone", module))
    assert [tool.name for tool in skill.tools] == ["goodone.look"]


BROKEN = {
    "raises": ("raise RuntimeError('kaputt')", "kaputt"),
    "leaves": ("import sys; sys.exit('bye')", "bye"),
    "syntax": ("def", "SyntaxError"),
    "other": ("skill = 3", "int"),
    "empty": ("", "skill"),
    "renamed": (good("door_renamed", "investigate"), "investigate"),
    "foreign": (good("door_foreign", "foreign", tool="investigate.run"), "investigate.run"),
    "textless": (good("door_textless", "textless", summary="textless.none"), "textless.none"),
    "absent": (good("door_no_such_package", "absent"), "door_no_such_package"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_skill_is_named_and_left_out(folder: Path, name: str) -> None:
    code, told = BROKEN[name]
    module = package(folder, f"door_{name}", code)
    fine = package(folder, f"door_fine_{name}", good(f"door_fine_{name}", "zfine"))
    found = {one.name: one for one in discover([entry(name, module), entry("zfine", fine)])}
    assert found["zfine"].skill is not None
    problem = found[name].problem
    assert found[name].skill is None and isinstance(problem, InputError)
    for lang in LANGS:
        assert told in problem.render(lang)


@pytest.mark.parametrize(
    "en, zh, told",
    [
        ({"about": "a"}, {}, "about"),
        ({"about": "{x}"}, {"about": "{y}"}, "about"),
        ({"about": "a"}, ["about"], "zh.json"),
        ({"about": 3}, None, "not an object"),
    ],
)
def test_texts_that_disagree_keep_a_skill_out(folder: Path, en: dict[str, str], zh: object, told: str) -> None:
    module = f"door_texts_{abs(hash(str((en, zh))))}"
    package(folder, module, good(module, "texted"), en, zh)
    with pytest.raises(InputError) as caught:
        load(entry("texted", module))
    assert told in caught.value.render("en")


@pytest.mark.parametrize("room", ["kernel", "cli", "plant"])
def test_a_room_of_assay_cannot_be_taken(folder: Path, room: str) -> None:
    module = package(folder, f"door_room_{room}", good(f"door_room_{room}", room))
    with pytest.raises(InputError):
        load(entry(room, module))


def test_of_two_with_one_name_ours_is_used(folder: Path) -> None:
    first = package(folder, "door_twin_a", good("door_twin_a", "twin"))
    second = package(folder, "door_twin_b", good("door_twin_b", "twin"))
    found = discover([entry("twin", second), entry("twin", first)])
    assert [(one.target, one.skill is not None) for one in found] == [
        ("door_twin_a:skill", True),
        ("door_twin_b:skill", False),
    ]


def test_the_shipped_skills_come_in_through_the_same_door() -> None:
    found = {one.name: one for one in discover() if one.target.startswith("assay.")}
    assert "investigate" in found
    problems = {name: str(one.problem) for name, one in found.items() if one.problem is not None}
    assert not problems


@pytest.mark.long
def test_a_strangers_package_is_installed_and_found(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", tmp_path, EXAMPLE], check=True, capture_output=True, timeout=300)
    broken = tmp_path / "broken_skill-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Metadata-Version: 2.4\nName: broken-skill\nVersion: 1.0\n", encoding="utf-8")
    (broken / "entry_points.txt").write_text(f"[{GROUP}]\nbroken = broken_skill:skill\n", encoding="utf-8")
    (tmp_path / "broken_skill.py").write_text("raise SystemExit('no')\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "assay", "skill", "list", "--json"],
        env={**os.environ, "PYTHONPATH": str(tmp_path), "ASSAY_LANG": "en"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    listed = {one["name"]: one for one in json.loads(done.stdout)}
    assert listed["valve_travel"]["loaded"] and listed["valve_travel"]["tools"] == ["valve_travel.travel"]
    assert listed["valve_travel"]["distribution"] == "assay-skill-valve-travel"
    assert not listed["broken"]["loaded"] and "broken" in listed["broken"]["problem"]


def test_every_room_of_ours_keeps_its_texts() -> None:
    source = Path(assay.__file__).parent
    registered = {
        room
        for path in source.rglob("*.py")
        for room in re.findall(r"register_texts\(\"(\w+)\"", path.read_text(encoding="utf-8"))
    }
    skills = {entry.name for entry in entry_points(group=GROUP) if entry.value.startswith("assay.")}
    assert registered and not registered - skills - RESERVED
