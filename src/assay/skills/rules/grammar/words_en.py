"""English words of standards: properties, comparisons, modal words, verbs that provide something."""

from __future__ import annotations

import re

from assay.skills.rules.rule import Op

_CORE = (
    "width height length depth thickness diameter radius distance clearance spacing gap area volume "
    "capacity temperature "
    "pressure humidity flow velocity speed rate level illuminance luminance noise vibration voltage current "
    "resistance power "
    "load weight mass slope gradient angle inclination ratio deviation error time duration interval period "
    "class grade rating "
    "accuracy efficiency factor frequency head leakage concentration content density hardness strength "
    "tolerance range number "
    "quantity colour color material torque stress size rise span viscosity roughness dimension "
    "displacement "
    "impedance capacitance elevation pitch overlap offset lifetime age output input demand consumption "
    "separation margin headroom intensity difference elongation runout resistivity going cross-section allowance "
    "setting drop loss delay stroke thrust purity moisture lag creep opacity flatness fluctuation variation "
    "index coefficient potential moment energy throughput turbidity alkalinity conductivity life probability"
    " emission "
    "deflection settlement sag misalignment eccentricity unbalance backlash ripple distortion illumination"
    " brightness "
    "sensitivity coverage absorption modulus straightness parallelism perpendicularity roundness"
    " concentricity ovality "
    "availability reliability freeboard inventory retention breadth perimeter circumference bore setback fraction "
    "loading force tension headroom limit value percentage proportion consistency acidity salinity "
    "uniformity run-out play evaporation altitude draft draught reinforcement slump deformation shrinkage porosity"
    " reactance inductance"
)
_MODIFIERS = (
    "clear nominal rated design operating working test set surface ambient relative absolute maximum "
    "minimum max min average "
    "mean total overall net gross wall floor travel internal external inner outer inside outside earthing "
    "grounding insulation "
    "cross-sectional sectional air change storage safety leakage flow supply return peak effective "
    "allowable permissible "
    "permitted normal horizontal vertical free noise sound power vibration burst discharge exhaust face "
    "fire-resistance fire "
    "short-circuit dew water gas oil surface shutdown response escape headroom bend hydrostatic outlet inlet "
    "temperature "
    "back built-up superimposed creepage proof residual touch step impulse contact suction delivery condensing "
    "evaporating saturation ignition auto-ignition breaking tensile yield compressive shear ultimate "
    "radial axial lateral "
    "angular torsional linear wet-bulb dry-bulb reaction reset dead holding beta turndown full-load no-load"
    " rated-load "
    "trip alarm safe critical metal peripheral vapour vapor cold hot wet dry "
    "upstream downstream harmonic beginning final initial primary secondary "
    "pressure starting corrosion locked-rotor pneumatic hydraulic "
    "static dynamic differential prospective maintained unobstructed illuminated continuous instantaneous"
)
# Modifiers that are things themselves before most properties: water pressure is the pressure of water.
_ONLY = {
    "temperature": ("difference", "rise", "drop"),
    "pressure": ("difference", "rise", "drop", "loss"),
    "power": ("factor", "consumption", "demand"),
    "oil": (),
    "water": (),
    "gas": (),
    "noise": ("level",),
    "sound": ("level",),
    "vibration": ("velocity", "level"),
    "leakage": ("rate", "current"),
    "air": ("change", "velocity"),
    "floor": ("area",),
    "wall": ("thickness",),
    "supply": ("temperature", "pressure", "flow"),
    "fire": ("rating", "resistance"),
    "safety": ("factor", "distance", "margin"),
    "discharge": ("coefficient", "capacity", "rate", "pressure", "temperature", "flow"),
}
_CORES = "|".join(sorted(_CORE.split(), key=len, reverse=True))
PHRASES = (
    r"angle of (?:inclination|repose|slope|rotation)|coefficient of [a-z]+|modulus of elasticity"
    r"|probability of [a-z ]+"
    r"|(?:flash|pour|melting|boiling|freezing|softening|set|fire|cloud|dropping|trip|alarm) points?"
    r"|sound (?:pressure|power) level|degree of (?:ingress )?protection|rate of (?:rise|flow)|factor of "
    r"safety|fire[- ]resistance rating|dew point|pH"
)
PROPERTY = re.compile(
    rf"(?:^|(?<=[\s-]))(?:{PHRASES}|(?:{_CORES})(?:es|s)?|velocities|capacities|densities|intensities"
    rf"|humidities|viscosities)$",
    re.IGNORECASE,
)
MODIFIER = re.compile(
    rf"(?:^|(?<=\s))(?:{'|'.join(sorted(set(_MODIFIERS.split()), key=len, reverse=True))})\s$", re.IGNORECASE
)
RELATIONAL = re.compile(r"distance|clearance|spacing|gap|difference|separation|\bbetween\b", re.IGNORECASE)

MODAL = re.compile(
    r"\b(?P<modal>shall|must|should|may|can|(?:is|are) (?:to be|required to|not permitted to|prohibited from)"
    r"|(?:is|are) recommended to)(?P<minus> not|n't)?\b",
    re.IGNORECASE,
)
PROHIBITED = re.compile(r"\b(?:is|are) (?:prohibited|forbidden|not (?:permitted|allowed))\b", re.IGNORECASE)
SOFT = frozenset({"should", "is recommended to", "are recommended to"})
PERMITTED = frozenset({"may", "can"})

COMPARE = re.compile(
    r"(?<![A-Za-z])(?P<minus>(?:be )?(?:not|no) )?(?P<word>greater than or equal to|less than or equal to"
    r"|equal to or "
    r"(?:greater|more) than"
    r"|equal to or less than|at least|at most|a minimum of|a maximum of|minimum(?=\s\d)|maximum(?=\s\d)|up "
    r"to|more than|greater than|higher than"
    r"|larger than|longer than|wider than|thicker than|deeper than|taller than|steeper than|heavier than"
    r"|faster than|hotter than|older than|thinner than"
    r"|less than|lower than|smaller than|shorter than|fewer than|narrower than|exceeding|exceeds?|in excess of"
    r"|(?:above|over|below|under|beyond)(?=\s(?:[-±]?\d|the\b|its\b|their\b|half\b|twice\b|(?:one|two|three|four"
    r"|five|six|ten)\b))"
    r"|reach(?:es)?(?=\s[-\d])|equal to|later than|≥|≤|>=|<=|>|<|=)(?=[\s\d±])\s*",
    re.IGNORECASE,
)
_OVER = (
    "more than|greater than|higher than|larger than|longer than|wider than|thicker than|deeper than|heavier "
    "than|faster than|"
    "hotter than|taller than|steeper than|older than|exceeding|exceed|exceeds|in excess of"
    "|above|over|beyond|later than|>"
)
_UNDER = "less than|thinner than|lower than|smaller than|shorter than|fewer than|narrower than|below|under|<"
_LEAST = (
    "reach|reaches|greater than or equal to|equal to or greater than|equal to or more than|at least|a minimum of"
    "|minimum|≥|>="
)
_MOST = "less than or equal to|equal to or less than|at most|a maximum of|maximum|up to|≤|<="
OPS: dict[str, Op] = {
    **dict.fromkeys(_OVER.split("|"), Op.OVER),
    **dict.fromkeys(_UNDER.split("|"), Op.UNDER),
    **dict.fromkeys(_LEAST.split("|"), Op.AT_LEAST),
    **dict.fromkeys(_MOST.split("|"), Op.AT_MOST),
    **dict.fromkeys(("equal to", "="), Op.EQUAL),
}
ADJECTIVES = {
    "wide": "width",
    "in width": "width",
    "high": "height",
    "tall": "height",
    "in height": "height",
    "long": "length",
    "in length": "length",
    "thick": "thickness",
    "in thickness": "thickness",
    "deep": "depth",
    "in depth": "depth",
    "in diameter": "diameter",
    "in area": "area",
    "in volume": "volume",
    "in weight": "weight",
    "in mass": "mass",
    "in capacity": "capacity",
    "in power": "power",
    "apart": "spacing",
}
"""Words behind a measure and the property that they name ("1.2 m wide")."""
DEGREES = {
    "higher than": "height",
    "taller than": "height",
    "longer than": "length",
    "wider than": "width",
    "thicker than": "thickness",
    "deeper than": "depth",
    "heavier than": "weight",
}
"""Comparatives and their property where no property is named ("the ladder is higher than 3 m")."""
REFERS = re.compile(
    r"\b(?:in accordance with|comply|complies|conform|according to|as specified|following|the requirements|applicable"
    r"|this standard|approved by|(?:table|clause|section|annex|figure|subclause|paragraph)s?\s(?:[A-Z]\b|[A-Z]?\d))",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"\b(?:the|an?)\s+|^(?:all|any)\s+", re.IGNORECASE)
LIMITING = re.compile(
    r"\b(?:hourly|daily|weekly|monthly|quarterly|annually|yearly|at least|at most|more than|less than"
    r"|not exceeding|minimum|maximum|fewer"
    r"|every(?=\s(?:\d|one|two|three|four|five|six|ten|twelve|other|second|third|year|month|week|day|hour|shift))"
    r"|within(?=\s(?:\d|one|two|three|four|five|six|ten|twenty|half)))\b",
    re.I,
)


_DOING = re.compile(r"(?:^|(?<=\s))(?P<word>\w+ing)\s$", re.IGNORECASE)
_THINGS = frozenset(
    "building bearing coupling casing piping housing opening ceiling railing lining fitting winding spring"
    " ring string "
    "sling "
    "landing wiring bushing tubing footing covering cladding packing crossing moulding casting forging "
    "drawing parking".split()
)
"""Words in -ing that are things; any other says what a property is for (venting area, welding current)."""


def property_start(words: str) -> int:
    """Where the property begins that ends ``words`` (with its modifiers), or the length when there is none."""
    match = PROPERTY.search(words)
    if match is None:
        return len(words)
    at = match.start()
    while (modifier := MODIFIER.search(words[:at]) or _doing(words[:at])) is not None:
        only = _ONLY.get(modifier.group().strip().lower())
        if only is not None and not words[at:].lower().startswith(only):
            break
        at = modifier.start()
    return at


def measures(words: str) -> bool:
    """Whether words name something with a size: a property, or a way to a place ("travel distance to an exit")."""
    return bool(PROPERTY.search(words) or PROPERTY.search(words.partition(" to ")[0]))


def bare(words: str) -> str:
    """Words without articles and "all", spaces single."""
    return " ".join(ARTICLE.sub("", f"{words} ").split()).strip(" ,.")


def _doing(words: str) -> re.Match[str] | None:
    match = _DOING.search(words)
    return None if match is None or match["word"].lower() in _THINGS else match
