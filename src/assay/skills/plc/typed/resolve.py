"""From the types as they are written to data types: names, bounds, members, and what refers to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assay.skills.plc.front import tree
from assay.skills.plc.front.source import Span
from assay.skills.plc.ir import types as t
from assay.skills.plc.ir.types import DataType
from assay.skills.plc.typed import kinds
from assay.skills.plc.typed.symbols import Env, GlobalList, Method, Pou, Space, Symbol, TypeName, Var, _Pending
from assay.skills.plc.typed.vendor import SCL_TYPES, in_quotes
from assay.skills.plc.typed.world import World, nearest

if TYPE_CHECKING:
    from assay.skills.plc.ir.nodes import Const

#: More elements than this in one array are an error.
MOST_ELEMENTS = 4_000_000
MOST_TEXT = 65_535

_ALIASES: dict[str, DataType] = {
    **t.ELEMENTARY,
    "BIT": t.BOOL,
    "S5TIME": t.TIME,
    "__XWORD": t.LWORD,
    "__UXINT": t.ULINT,
    "__XINT": t.LINT,
    "PVOID": t.Pointer("pointer", t.BYTE),
    "CHAR": t.Text(False, 1),
    "WCHAR": t.Text(True, 1),
}
_SCL: dict[str, DataType] = {
    "HW_ANY": t.WORD, "HW_DEVICE": t.WORD, "HW_IO": t.WORD, "HW_SUBMODULE": t.WORD, "HW_INTERFACE": t.WORD,
    "HW_HSC": t.WORD, "HW_PWM": t.WORD, "HW_PTO": t.WORD, "HW_IOSYSTEM": t.WORD, "HW_DPMASTER": t.WORD,
    "HW_DPSLAVE": t.WORD, "HW_IEPORT": t.WORD, "EVENT_ANY": t.WORD, "EVENT_ATT": t.WORD, "EVENT_HWINT": t.WORD,
    "OB_ANY": t.INT, "OB_DELAY": t.INT, "OB_TOD": t.INT, "OB_CYCLIC": t.INT, "OB_ATT": t.INT, "OB_PCYCLE": t.INT,
    "OB_HWINT": t.INT, "OB_DIAG": t.INT, "OB_TIMEERROR": t.INT, "OB_STARTUP": t.INT, "PORT": t.UINT, "RTM": t.UINT,
    "PIP": t.UINT, "CONN_ANY": t.WORD, "CONN_PRG": t.WORD, "CONN_OUC": t.WORD, "CONN_R_ID": t.DWORD, "DB_ANY": t.UINT,
    "DB_WWW": t.UINT, "DB_DYN": t.UINT, "AOM_IDENT": t.DWORD, "REMOTE": t.Text(False, 254),
    # The system blocks of S7-300 and S7-400 by their numbers.
    "SFB0": t.Block("CTU"), "SFB1": t.Block("CTD"), "SFB2": t.Block("CTUD"), "SFB3": t.Block("TP"),
    "SFB4": t.Block("TON"), "SFB5": t.Block("TOF"),
}  # fmt: skip
#: Types whose variables can be declared, but whose meaning is not known here: their variables are of unknown type.
_OPAQUE = frozenset(
    "VARIANT ANY POINTER BLOCK_FB BLOCK_FC BLOCK_DB BLOCK_SDB TIMER COUNTER PROGRAM_INFO "
    "ANY_DERIVED ANY_ELEMENTARY ANY_MAGNITUDE ANY_NUM ANY_REAL ANY_INT ANY_BIT ANY_STRING ANY_DATE ANY_UNSIGNED "
    "ANY_SIGNED ANY_DURATION ANY_CHARS ANY_CHAR INSTANCE ERROR_STRUCT __SYSTEM".split()
)


def resolve(
    world: World, spec: tree.TypeSpec | None, env: Env, owner: Pou | Method | None, pointed: bool = False
) -> DataType | None:
    """The data type of a written one; None when it is unknown (that has been reported). ``pointed``: behind a pointer,
    where a structure may stand within itself."""
    match spec:
        case tree.NamedType():
            return _named(world, spec, env, pointed)
        case tree.StringType():
            return _text(world, spec, env, owner)
        case tree.ArrayType():
            return _array(world, spec, env, owner, pointed)
        case tree.SubrangeType():
            return _subrange(world, spec, env, owner)
        case tree.PointerType():
            target = resolve(world, spec.target, env, owner, pointed=True)
            kind = "reference" if spec.kind == "REFERENCE TO" else "pointer"
            return None if target is None else t.Pointer("reference" if kind == "reference" else "pointer", target)
        case tree.EnumType() | tree.StructType():
            inline = world.inline.get(id(spec))
            if inline is None:
                name = tree.Name(f"TYPE_{spec.span.start}", spec.span)
                inline = TypeName(name.text, tree.TypeDecl(name, spec, None, spec.span), env)
                world.inline[id(spec)] = inline
            return type_of_name(world, inline, spec.span, pointed)
    return None


def void(spec: tree.TypeSpec | None) -> bool:
    """Whether a function's result is none."""
    return spec is None or (isinstance(spec, tree.NamedType) and spec.parts[-1].key == "VOID")


def gives(one: Pou | Method) -> bool:
    """Whether a function or method gives a value."""
    if isinstance(one, Pou):
        return one.node.kind == "FUNCTION" and (one.result is not None or not void(one.node.result))
    return one.known is not None or not void(one.result)


def result_of(world: World, one: Pou | Method) -> DataType | None:
    """The type of what a function or method gives; None when it is unknown (reported)."""
    if isinstance(one, Pou):
        if one.result is None:
            one.result = resolve(world, one.node.result, one.env, one)
        return one.result
    if one.known is None:
        one.known = resolve(world, one.result, one.owner.env, one)
    return one.known


def _named(world: World, spec: tree.NamedType, env: Env, pointed: bool) -> DataType | None:
    parts = tuple(one.key for one in spec.parts)
    if spec.generics:
        for one in spec.generics:
            constant(world, one, env, None)
        if of_symbol(world, world.find_path(env, parts), spec, env, pointed) is not None:
            world.report.add("not_run_generic", spec.span, name=spec.parts[-1].text)
        return None
    if len(parts) == 1:
        key = parts[0]
        found = world.find(env, key)
        function = isinstance(found, Pou) and found.node.kind == "FUNCTION"
        if function or not isinstance(found, (TypeName, Pou)):
            plain = _ALIASES.get(key) or (_SCL.get(key) if env.dialect == "scl" else None)
            if plain is not None:
                return plain
            if key in ("STRING", "WSTRING"):
                return t.Text(key == "WSTRING", 254 if env.dialect == "scl" else 80)
            opaque = env.dialect == "scl" and found is None and key in SCL_TYPES
            if opaque or key in _OPAQUE or key.startswith("ANY_"):
                return None
    return of_symbol(world, world.find_path(env, parts), spec, env, pointed)


def of_symbol(
    world: World, found: Symbol | None, spec: tree.NamedType, env: Env, pointed: bool = False
) -> DataType | None:
    """The type that a symbol names."""
    name = ".".join(one.text for one in spec.parts)
    match found:
        case TypeName():
            return type_of_name(world, found, spec.span, pointed)
        case Pou() if found.node.kind == "INTERFACE":
            return t.Interface(found.name)
        case Pou() if found.node.kind != "FUNCTION":
            return t.Block(found.name)
        case None | Var() if found is None or found.spec is spec:  # fb_motor : FB_Motor, the type of another file
            close = _close_type(world, spec.parts[-1].key)
            external = env.dialect == "scl" and (not close or in_quotes(spec.parts[-1]))
            world.report.add("unknown_type", spec.span, once=name.upper(), name=name, close=close, external=external)
        case Space() | GlobalList() | Var() | Pou():
            world.report.add("not_a_type", spec.span, name=name)
    return None


def _close_type(world: World, key: str) -> str:
    names = [one.name for key_, one in world.names.items() if isinstance(one, (TypeName, Pou)) and "." not in key_]
    return nearest(key, (*t.ELEMENTARY, "STRING", "WSTRING", *names)) if len(key) > 3 else ""


def type_of_name(world: World, found: TypeName, span: Span, pointed: bool = False) -> DataType | None:
    """The type of a declared name, resolved once."""
    if found.busy and not (pointed and isinstance(found.type, t.Struct)):
        world.report.add("recursive_type", span, once=found.name.upper(), name=found.name)
        return None
    if not isinstance(found.type, _Pending):
        return found.type
    found.busy = True
    try:
        match found.node.spec:
            case tree.StructType() as spec:
                found.type = t.Struct(found.name, (), spec.union)
                _fill_struct(world, found, spec)
            case tree.EnumType() as spec:
                found.type = _enum(world, found, spec)
            case other:
                found.type = resolve(world, other, found.env, None)
    finally:
        found.busy = False
    return found.type


def _fill_struct(world: World, found: TypeName, spec: tree.StructType) -> None:
    fields: list[tuple[str, DataType]] = []
    known = True
    if spec.extends is not None:
        base = resolve(world, spec.extends, found.env, None)
        if isinstance(base, t.Struct):
            fields.extend(base.fields)
            known = base.name.upper() not in world.open_structs
        elif base is None:
            known = False
        else:
            world.report.add("extends_what", spec.extends.span, name=kinds.spell(base))
    seen = {name.upper() for name, _ in fields}
    for one in spec.fields:
        kind = resolve(world, one.type, found.env, None)
        for name in one.names:
            if name.key in seen:
                world.report.add("declared_twice", name.span, name=name.text)
                continue
            seen.add(name.key)
            if kind is None:
                known = False
            else:
                fields.append((name.text, kind))
    struct = found.type
    assert isinstance(struct, t.Struct)
    # The structure had to exist before its fields, which may point to it.
    object.__setattr__(struct, "fields", tuple(fields))
    world.struct_specs[found.name.upper()] = (spec, found.env)
    if not known:
        world.open_structs.add(found.name.upper())


def _enum(world: World, found: TypeName, spec: tree.EnumType) -> DataType | None:
    base: DataType | None = t.INT
    if spec.base is not None:
        base = resolve(world, spec.base, found.env, None)
    if not (isinstance(base, t.Elementary) and base.kind in ("int", "bits")):
        base = t.INT
    members: list[tuple[str, int]] = []
    values: dict[str, int] = {}
    following = 0
    for name, value in spec.members:
        if name.key in values:
            world.report.add("enum_twice", name.span, name=name.text)
            continue
        if value is not None:
            given = _member(world, value, found.env, values)
            following = following if given is None else given
        values[name.key] = following
        members.append((name.text, following))
        following += 1
    wide = next((one for one in (base, t.DINT, t.LINT) if all(kinds.holds(one, x) for x in values.values())), t.LINT)
    return t.Enum(found.name, wide, tuple(members))


def _member(world: World, value: tree.Expr, env: Env, values: dict[str, int]) -> int | None:
    """The value of a member, which may name an earlier one."""
    if isinstance(value, tree.NameExpr) and value.name.key in values:
        return values[value.name.key]
    if isinstance(value, tree.Binary) and value.op in "+-":
        left, right = (_member(world, one, env, values) for one in (value.left, value.right))
        return None if left is None or right is None else left + right if value.op == "+" else left - right
    return constant_int(world, value, env, None)


def _text(world: World, spec: tree.StringType, env: Env, owner: Pou | Method | None) -> DataType | None:
    length = 254 if env.dialect == "scl" else 80
    if spec.length is not None:
        given = None if isinstance(spec.length, tree.Broken) else constant_int(world, spec.length, env, owner)
        if given is None:
            return None
        length = given
        if not 1 <= length <= MOST_TEXT:
            world.report.add("string_length", spec.length.span, length=length, most=MOST_TEXT)
            return None
    return t.Text(spec.wide, length)


def cells(kind: DataType) -> int:
    """How many elementary values a type holds, blocks counted as one."""
    match kind:
        case t.Array():
            return kind.size * cells(kind.element)
        case t.Struct():
            return sum(cells(one) for _, one in kind.fields) or 1
    return 1


def _array(world: World, spec: tree.ArrayType, env: Env, owner: Pou | Method | None, pointed: bool) -> DataType | None:
    bounds: list[tuple[int, int] | None] = []
    for bound in spec.bounds:
        if bound is None:
            bounds.append(None)
            continue
        low, high = (constant_int(world, one, env, owner) for one in bound)
        if low is None or high is None:
            resolve(world, spec.element, env, owner, pointed)
            return None
        if low > high:
            world.report.add("bounds_order", bound[0].span.to(bound[1].span), low=low, high=high)
            return None
        bounds.append((low, high))
    element = resolve(world, spec.element, env, owner, pointed)
    if element is None:
        return None
    found = t.Array(tuple(bounds), element)
    if found.size * cells(element) > MOST_ELEMENTS:
        world.report.add("huge_array", spec.span, size=found.size * cells(element), most=MOST_ELEMENTS)
        return None
    return found


def _subrange(world: World, spec: tree.SubrangeType, env: Env, owner: Pou | Method | None) -> DataType | None:
    base = resolve(world, spec.base, env, owner)
    low, high = (constant_int(world, one, env, owner) for one in (spec.low, spec.high))
    if base is None or low is None or high is None:
        return None
    if isinstance(base, t.Subrange):
        base = base.base
    if not (isinstance(base, t.Elementary) and base.kind in ("int", "bits")):
        world.report.add("not_a_type", spec.base.span, name=kinds.spell(base))
        return None
    if low > high or not (kinds.holds(base, low) and kinds.holds(base, high)):
        world.report.add("subrange_order", spec.span, low=low, high=high, type=base.name)
        return None
    return t.Subrange(base, low, high)


def constant(world: World, value: tree.Expr, env: Env, owner: Pou | Method | None) -> Const | None:
    """The value of a constant expression; None with a finding when it is none."""
    from assay.skills.plc.ir.nodes import Const
    from assay.skills.plc.typed.body import Body
    from assay.skills.plc.typed.exprs import typed

    found = typed(Body(world, env, owner, constant=True), value)
    if found is None:
        return None
    if isinstance(found.expr, Const):
        return found.expr
    world.report.add("not_constant", value.span)
    return None


def constant_int(world: World, value: tree.Expr, env: Env, owner: Pou | Method | None) -> int | None:
    """The value of a constant expression of integers."""
    found = constant(world, value, env, owner)
    if found is None:
        return None
    if isinstance(found.value, int) and not isinstance(found.value, bool) and not kinds.is_kind(found.type, "time"):
        return found.value
    world.report.add("mismatch", value.span, given=kinds.spell(found.type), wanted="INT")
    return None


def type_of(world: World, var: Var) -> DataType | None:
    """The type of a variable, resolved once."""
    if isinstance(var.type, _Pending):
        var.type = None
        var.type = resolve(world, var.spec, var.env, var.owner)
        if isinstance(var.type, t.Array) and None in var.type.bounds and var.section not in ("in_out", "input"):
            world.report.add("open_array", var.span, name=var.name)
            var.type = None
    return var.type
