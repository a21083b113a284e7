"""Whether an object is of a kind that a rule names: a 泵房 with 类型: 地上 is no 地下泵房; an underground tank.

A kind is read from the object's own fields: one that is called as the kind (``underground: yes``), one that says what
or where the object is and says this kind, or its opposite. Of an object whose type is something else than a "kind +
object" of the rule, it is false that it is of the kind; another place tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.skills.rules.design import KIND, Thing, Value
from assay.skills.rules.glossary import same_words
from assay.skills.rules.lookup import Lookup
from assay.skills.rules.rule import Name
from assay.skills.rules.spellings import flat, together, without
from assay.skills.rules.truth import truth_of

_TYPE = re.compile(r"type|kind|category|class|form|design type|类型|类别|种类|型式|形式|结构形式|安装形式|用途|use")
_PLACE = re.compile(
    r"location|position|place|situation|site|installation|environment|位置|地点|场所|部位|所在|安装位置|设置位置"
    r"|布置位置|布置|安装方式|环境"
)
_OPEN = re.compile(r"\?|？|tbd|待定|unknown|不详|n/?a|未定|\d", re.I)
_ENDING = re.compile(r"(?:式|型|类|的|敷设|安装|布置| type| mounted| installation)$")
_OPPOSITES = """
地下,埋地,地下式 | 地上,地面,架空,above ground,aboveground,overground; 室内,户内,屋内 | 室外,户外,屋外,露天
立式 | 卧式; 固定 | 移动,便携; 新建 | 既有,现有,改建; 高压 | 低压; 明装,明敷 | 暗装,暗敷; 干式 | 湿式,油浸; 永久 | 临时
手动 | 自动; 单层 | 多层,高层; 封闭,密闭 | 敞开,开敞
underground,buried,below ground,地下 | above ground,aboveground,overground,地上
indoor,inside,室内 | outdoor,outside,室外
vertical | horizontal; fixed,stationary | mobile,portable,movable; new | existing; permanent | temporary
manual | automatic; wet | dry; high voltage | low voltage; single storey | multi storey,high rise; enclosed | open
"""


def kind_of(thing: Thing, name: Name, look: Lookup) -> tuple[Value, bool | None] | None:
    """The field that says whether the object, or one around it, is what ``name`` says; None where no field does.

    The truth is None where fields of the object disagree, or where one says neither.
    """
    line: Thing | None = thing
    while line is not None:
        if (named := _named(line, name)) is not None:
            return named, True
        if (kind := _word(line, name, look)) is not None:
            found = [one for one in _said(line, *kind) if one[1] is not None]
            if found:
                return found[0][0], found[0][1] if len({truth for _, truth in found}) == 1 else None
        line = None if line.up is None else look.design.things[line.up]
    return None


def _named(thing: Thing, name: Name) -> Value | None:
    """A field that names what the object is, or a list of what it has, that says the property."""
    for field, value in thing.fields.items():
        words = value.raw if isinstance(value.raw, tuple) else (value.raw,) if KIND.fullmatch(field) else ()
        if any(isinstance(word, str) and same_words(word, name.property) for word in words):
            return value
    return None


def _word(thing: Thing, name: Name, look: Lookup) -> tuple[str, tuple[str, ...], bool] | None:
    """The kind's own word, the object's labels, and whether it is said with the object ("地下" + "泵房")."""
    property = flat(name.property)
    if name.object:
        return (property, thing.labels, False) if look.is_named(thing, name.object) else None
    for label in thing.labels:
        owner = flat(label)
        if len(owner) > 1 and property.endswith(owner) and property != owner:
            before = property[: -len(owner)]
            if before.endswith(" ") or not re.search(r"[a-z0-9]$", before):
                return before.strip(), thing.labels, True
    return None


def _said(thing: Thing, kind: str, labels: tuple[str, ...], whole: bool) -> Iterator[tuple[Value, bool | None]]:
    for key, value in thing.fields.items():
        name = next((cut for label in labels if (cut := without(label, key)) != flat(key)), flat(key))
        if name == kind and whole:
            yield value, truth_of(value)
        elif isinstance(value.raw, str) and (_TYPE.fullmatch(name) or _PLACE.fullmatch(name)):
            yield value, _is(value.raw, kind, labels, sure=whole and _TYPE.fullmatch(name) is not None)


def _is(said: str, kind: str, labels: tuple[str, ...], *, sure: bool) -> bool | None:
    """Whether the words of a field say the kind (True), its opposite, or where that is ``sure`` something else."""
    said = flat(said)
    for label in labels:
        said = said[: -len(flat(label))].strip() if said.endswith(flat(label)) and said != flat(label) else said
    said, kind = (_ENDING.sub("", words) or words for words in (said, kind))
    if together(said) == together(kind) or same_words(said, kind):
        return True
    if any({together(said), together(kind)} <= both and _apart(said, kind, sides) for both, sides in _opposites()):
        return False
    other = not (together(said) in together(kind) or together(kind) in together(said) or _OPEN.search(said))
    return False if sure and said and other else None


def _apart(one: str, other: str, sides: tuple[frozenset[str], frozenset[str]]) -> bool:
    return (together(one) in sides[0]) is not (together(other) in sides[0])


def _opposites() -> Iterator[tuple[frozenset[str], tuple[frozenset[str], frozenset[str]]]]:
    for pair in re.split(r"[;\n]", _OPPOSITES):
        left, bar, right = pair.partition("|")
        if bar:
            sides = [
                frozenset(together(_ENDING.sub("", flat(one))) for one in side.split(",")) for side in (left, right)
            ]
            yield sides[0] | sides[1], (sides[0], sides[1])
