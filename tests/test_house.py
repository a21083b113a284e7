"""The house rules, held by code: budgets, texts in both languages, docstrings, nothing half done."""

from __future__ import annotations

import ast
import functools
import json
import re
import statistics
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "assay"
SOURCES = sorted(SOURCE.rglob("*.py"))
CATALOGUES = sorted(SOURCE.rglob("texts/en.json"))
LINES_OF_FILE = 600
LINES_OF_FUNCTION = 60
HAN = re.compile(r"[\u4e00-\u9fff]")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


# --- budgets ---


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_file_and_no_function_is_over_its_cap(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_OF_FILE
    long = {node.name: lines_of(node) for node in functions(parsed(path)) if lines_of(node) > LINES_OF_FUNCTION}
    assert not long, f"functions over {LINES_OF_FUNCTION} lines"


def test_files_and_functions_are_mostly_small() -> None:
    files = [len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES]
    sizes = [lines_of(node) for path in SOURCES for node in functions(parsed(path))]
    assert statistics.median(files) <= 150
    assert statistics.quantiles(files, n=10)[-1] <= 350
    assert statistics.quantiles(sizes, n=10)[-1] <= 30


# --- texts ---


def placeholders(template: str) -> set[str]:
    """Names in braces; ``x_zh`` and ``x_en`` are the same thing said in the text's own language."""
    names = (name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
    return {re.sub(r"_(zh|en)$", "", re.split(r"[.\[]", name)[0]) for name in names}


@functools.cache
def load(path: Path) -> dict[str, str]:
    pairs: list[tuple[str, str]] = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"{relative(path)} has a key twice"
    return dict(pairs)


@pytest.mark.parametrize("english", CATALOGUES, ids=relative)
def test_texts_have_the_same_keys_and_placeholders_in_both_languages(english: Path) -> None:
    en, zh = load(english), load(english.with_name("zh.json"))
    assert en.keys() == zh.keys()
    for key in en:
        assert en[key].strip() and zh[key].strip(), key
        assert placeholders(en[key]) == placeholders(zh[key]), key


@pytest.mark.parametrize("english", CATALOGUES, ids=relative)
def test_english_texts_are_english(english: Path) -> None:
    assert not [key for key, value in load(english).items() if HAN.search(value) and "zh" not in key]


@functools.cache
def known_rooms() -> dict[str, set[str]]:
    """Room -> keys: by the name under which a package registers its texts, else by its folder."""
    registered = re.compile(r'register_texts\("(\w+)", "assay\.([\w.]+)"\)')
    named = {
        package.replace(".", "/"): room
        for path in SOURCES
        for room, package in registered.findall(path.read_text(encoding="utf-8"))
    }
    folders = ((path, path.parent.parent) for path in CATALOGUES)
    return {
        named.get(folder.as_posix().partition("src/assay/")[2], folder.name): set(load(path))
        for path, folder in folders
    }


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_text_key_that_the_code_names_exists(path: Path) -> None:
    rooms = known_rooms()
    missing = [key for key in literal_keys(parsed(path)) if key[0] in rooms and key[1] not in rooms[key[0]]]
    assert not missing


def literal_keys(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """First arguments like ``"room.key"`` of ``text(...)`` and of errors that are raised."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
            continue
        first = node.args[0]
        names_a_text = node.func.id == "text" or node.func.id.endswith(
            ("Error", "Refused", "NeedsApproval", "Dependency")
        )
        if names_a_text and isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
            room, _, name = first.value.partition(".")
            if re.fullmatch(r"[a-z_]+", room) and re.fullmatch(r"[a-z0-9_.]+", name):
                yield room, name


# --- what is written down ---


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(parsed(path)) or not path.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("path", sorted((SOURCE / "kernel").rglob("*.py")), ids=relative)
def test_public_names_of_the_kernel_have_docstrings(path: Path) -> None:
    bare = []
    for node in parsed(path).body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            bare.append(node.name)
    assert not bare


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_everything_is_annotated(path: Path) -> None:
    bare = []
    for node in functions(parsed(path)):
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        named = [one for one in arguments if one.arg not in {"self", "cls"}]
        if node.returns is None or any(one.annotation is None for one in named):
            bare.append(node.name)
    assert not bare


# --- nothing half done, nothing that belongs to one machine ---

SUFFIXES = {".py", ".toml", ".md", ".json", ".yaml", ".yml", ".sh", ".txt", ".in", ".ini", ".csv"}
SKIPPED = {".git", ".venv", "dist", "build", "out", "bundle", "node_modules"}
#: Written in halves, so that this file does not hold what it forbids.
FORBIDDEN = [
    *("TO" + "DO", "FIX" + "ME", "X" + "XX"),
    *("/ro" + "ot/", "/home/" + "user/"),
    *("pypi" + ".org", "files.python" + "hosted", "npmjs" + ".org", "index" + "-url"),
]
#: A tool's option that keeps addresses out may be named where it is used.
ALLOWED = {"scripts/lock.sh": {"index" + "-url"}}


def tracked_texts() -> list[Path]:
    return [
        path
        for path in sorted(ROOT.rglob("*"))
        if path.is_file()
        and (path.suffix in SUFFIXES or path.name in {"Makefile", "NOTICE", "run"})
        and not any(part in SKIPPED or part.endswith("_cache") for part in path.relative_to(ROOT).parts)
        and not any(part.startswith(".") and part != ".ci" for part in path.relative_to(ROOT).parts[:-1])
    ]


@pytest.mark.parametrize("path", tracked_texts(), ids=relative)
def test_no_file_holds_what_does_not_belong_there(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    forbidden = [word for word in FORBIDDEN if word not in ALLOWED.get(relative(path), set())]
    assert not [word for word in forbidden if word in content]
    assert not re.search(r"/(?:home|root|Users)/\w+", content), "the path of somebody's home"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_files_are_opened_with_their_encoding(path: Path) -> None:
    bare = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "formatter":
                continue  # a help formatter's write_text writes no file
            named = {keyword.arg for keyword in node.keywords}
            positional = {"read_text": 1, "write_text": 2}.get(node.func.attr)
            if positional is not None and "encoding" not in named and len(node.args) < positional:
                bare.append(node.lineno)
    assert not bare


# --- the first thing a user sees ---


def test_help_answers_at_once() -> None:
    """The published bound is 0.3 s on an idle machine (``python -m benchmarks.cli_help``); a busy one may take 1 s."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "assay", "--help"], capture_output=True, timeout=30, check=True)
        seconds.append(time.perf_counter() - started)
        assert b"doctor" in done.stdout
    assert min(seconds) < 1.0


def test_help_loads_no_heavy_module() -> None:
    code = (
        "import sys; from assay.cli.root import run; run(['--help']); "
        "heavy = {'numpy', 'duckdb', 'pydantic', 'sqlalchemy', 'rich', 'asyncua', 'yaml'} & set(sys.modules); "
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
