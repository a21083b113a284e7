"""Yes or no, where code can decide it from a quoted clause: permission words, duties, limits compared as numbers."""

from __future__ import annotations

import itertools
import re

from assay.skills.knowledge_qa.lexicon import opposites
from assay.skills.knowledge_qa.months import months_of
from assay.skills.knowledge_qa.numbered import numbered
from assay.skills.knowledge_qa.quantities import Amount, amounts, codes
from assay.skills.knowledge_qa.question import Asked
from assay.skills.knowledge_qa.ranges import holds
from assay.skills.knowledge_qa.terms import covered, said, shares, terms_of

_NUMBERED = re.compile(r"^[\s\d.)）、]+")
_LEADING_CODE = re.compile(r"^[A-Za-z\d\s-]*\d[A-Za-z\d\s-]*")
FIRST_WORDS, SUBJECT = 4, 10.0
"""A clause that begins with what stands in the question's first characters is about the question's subject."""
TORN = 0.5
"""From this part of the nearer clause's words on, the other one may be meant as well."""
_FORBIDDEN = re.compile(
    r"不得|严禁|禁止|不允许|不准|不许|不应|不可|不能|不宜|一律不|概不|不予|(?<!行)不行(?!吗)|(?:must|shall|may|should|can|do|does|will|is"
    r"|are) ?not(?![a-z])|cannot"
    r"|can't|don't|forbidden|prohibited|never(?![a-z])|not (?:permitted|allowed)|no longer",
    re.I,
)
_NO_ONE = re.compile(
    r"(?:^|[.;:,] )(?:nobody|no one) (?:may|shall|must|can|is)(?![a-z])"
    r"|(?:^|[.;:,] )no (?:[a-z]+ ){1,4}(?:may|shall|must|can|is|are)(?![a-z])",
    re.I,
)
_NEEDLESS = re.compile(
    r"不需|[无毋][需须]|不必|不用|可不|可以不|免|不受此限|不适用|不设|不要求|need not|not (?:required|necessary"
    r"|apply|applicable|needed)|no need|does not apply|without|exempt|has no|have no"
    r"|(?<![a-z])no(?![a-z])",
    re.I,
)
_MAY = re.compile(
    r"可以|可(?!燃|靠|能|见|调|编|逆)|允许|方可|有权|[仅只]限|(?<![a-z])(?:may|can|allowed|permitted|possible)(?![a-z])",
    re.I,
)
_MUST = re.compile(
    r"必须|应当|应(?!急|用|力|答|变)|须|需要?|要求|(?<![a-z])(?:shall|must|required|necessary|needs?"
    r"|has to|have to|is to be|are to be)(?![a-z])",
    re.I,
)
_ASKS_MAY = re.compile(
    r"可以|可否|能否|能不能|可不可以|允许|允不允许|准不准|能|行不行|(?<![a-z])(?:may|can|could|allowed"
    r"|permitted|ok|okay|safe|possible)(?![a-z])",
    re.I,
)
_ASKS_MUST = re.compile(
    r"必须|需要|要不要|需不需要|该不该|应|用不用|也得|还得|得.{0,8}[吗不]|要(?![求点领])[^，。？?]{1,16}[吗么]|(?<![a-z])(?:must|need|needs"
    r"|have to|has to|required|necessary|should|shall)(?![a-z])",
    re.I,
)
_ASKS_BREACH = re.compile(r"违规|违章|违反|不合规|(?<![a-z])(?:violation|breach|against the rules?)(?![a-z])", re.I)
_AT_MOST = re.compile(
    r"不得?(?:超过|大于|高于|多于|长于)|不超过|不大于|不高于|至多|最多|最大|最高|上限|以下|以内|之内"
    r"|小于|低于|≤|<|at most|not (?:exceed|more than|be more than|be higher than|above|longer than)"
    r"|no (?:more|higher|longer) than|maximum|max\.?|up to|below|less than|under|within"
    r"|not .{0,30}(?:longer|more|higher|faster|above) than",
    re.I,
)
_AT_LEAST = re.compile(
    r"不得?(?:低于|小于|少于)|不低于|不小于|不少于|至少|最少|最小|最低|下限|以上|大于|高于|超过|≥|>"
    r"|at least|not (?:less than|be less than|below|be below|fall below)|no (?:less|lower|fewer) than"
    r"|minimum|min\.?|above|more than|exceed|over|higher than|longer than",
    re.I,
)
_EXCEPT = re.compile(r"除|但|except|unless|however|only (?:if|when)|仅|只有|方可", re.I)
_LEFT_OUT = re.compile(
    r"除(?P<a>[^，。；]{2,24}?)(?:以外|之外|外)|[，,；;（(](?P<b>[^，。；,（()）]{2,24}?)(?:除外|(?<!不)例外)"
    r"|(?:(?<![a-z])exceptions?|例外)[:：]\s*(?P<d>[^.;。；]{2,80})"
    r"|(?:except|unless|apart from)(?: (?:for|in|at|by|during|when|if|on|with|that))? (?P<c>[^.;,]{4,80})",
    re.I,
)
_EXCLUDED = re.compile(
    r"(?:(?<![a-z])(?:and|but)|[,;:])\s*(?:never|not|nobody|no one)(?![a-z])(?! (?:more|less|later|above|below"
    r"|exceed|only|be|to|required|necessary|need))(?P<what>[^,;.]*)",
    re.I,
)
"""What a permission leaves out behind it: "for a test only, and never on a running plant"."""
EXCLUDED_SAID = 0.6
_PROVISO = re.compile(
    r"(?:但是?|不过|惟|唯)(?:必须|须|应当?|需要?|要)(?P<a>[^，。；,;]{2,24})|(?:前提是|条件是)(?P<b>[^，。；,;]{2,24})"
    r"|(?:(?<![a-z])but (?:must|shall|has to|have to|needs? to)(?: be)?|provided(?: that)?|as long as|on condition that"
    r"|on the condition that) (?P<c>[^.;,]{4,80})",
    re.I,
)
"""What a permission asks for: "allowed, but the shift leader must sign"."""
PROVISO_SAID = 0.5
_NEAR_NEGATION = 10
_ALLOWS_UP_TO = re.compile(r"(?:允许|可|放宽|延长)[^，。；,;]{0,6}$|(?:until|up to|allow(?:s|ed)?(?: for)?)\s*$", re.I)
_CLAUSE_END = re.compile(r"[，,。；;？?]|\.(?=\s)")
_SPEAKS_OF_IT = re.compile(
    r"\s*[，,；;（(]?\s*(?:which|that|where|who|there|for (?:it|them|these)|该|其|此|那里|这时|可|允许|为"
    r"|[\u4e00-\u9fff]{1,6}可)",
    re.I,
)
_NOT_SO = re.compile(r"没|未|无(?!论)|(?<![a-z])(?:no|not|without|nobody)(?![a-z])|n't", re.I)
_ONLY_FOR = re.compile(
    r"(?:仅限于?|[只仅](?:允许|可以?|能|准许?|许|限|供)(?:用于|用在|于|在|对)?|[只仅](?:适?用于|供)|限于)"
    r"(?P<zh>[^，。；,;（）()]{2,24})"
    r"|(?<![a-z])(?:only|solely|exclusively|limited to|restricted to)"
    r"(?: (?:be|used|allowed|permitted|done|for|in|on|at|by|to|with))*"
    r" (?P<en>(?!if |when |after |before |once )[^.;,()]{3,60}?)"
    r"(?= (?:may|can|must|shall|is|are|and only)(?![a-z])|[.;,()]|$)"
    r"|(?<![a-z])(?:by|for|in|at|on|to|with) (?P<last>[^.;,()]{3,40}?) only(?=[.;,()]|$)",
    re.I,
)
"""What alone is allowed: "on-line changes only to add points"."""
_ANY = re.compile(r"任何|有没有(?:例外|可能)|(?<![a-z])(?:anywhere|ever|at all|any exception|any case)(?![a-z])", re.I)
_ONLY_WHEN = re.compile(r"[^，。；,.;]*(?:才|方可|方能|only (?:if|when))", re.I)
_WHEN_BEFORE = re.compile(
    r"(?<![a-z])(?:when|if|where|once|whenever|as soon as)(?![a-z])[^,;.]{0,60}$|[当若如][^，。；]{0,20}$", re.I
)
_WHEN_BEHIND = re.compile(r"[^，。；,;.]{0,6}?(?:时(?!间)|的[，,]|后[，,应须必])")
_CASES = re.compile(
    r"除非|除外|除了|除[^，。]{1,20}[外以]|例外|但|不过|[只仅才]|方可|如果|若|条件|未经|须?经.{1,12}(?:批准|同意)|同意|批准"
    r"|不适用|[不没无]?[受有在]?此限|不受.{0,12}限|时(?!间)|后|前|期间|情况下|以[上下内外]|[高低大小多少]于|[；;]|。.|\.\s+[A-Z]"
    r"|(?<![a-z])(?:except|unless|only|if|provided|but|however|exceptions?|without|when|until|otherwise|after|before|once"
    r"|while|during|where|as long as|in case|in an emergency|apart from|save|subject to|permission|approval|consent"
    r"|above|below|over|under|more than|less than|not (?:apply|applicable|hold))(?![a-z])",
    re.I,
)
_DENIES = re.compile(
    r"[不无未勿]|严禁|禁止|(?<![a-z])(?:not|no|never|nobody|cannot|forbidden|prohibited)(?![a-z])", re.I
)
_STATED_TWICE = re.compile(r"[可能要是有需该行对会准允]以?不[可能要是有需该行对会准允]|是否|能否|可否")
_NEGATED = re.compile(
    r"(?:可以|可|能|能够|应该?|要|必须|是)不(?![可能要是])|(?:may|can|could|must|should|shall|is|are|do"
    r"|does)(?:n't| not(?![a-z]))"
    r"|(?:may|can|must|should|is|are|do|does) (?:i|we|it|the|a|an|you)(?: [a-z]+){0,3} not(?![a-z])",
    re.I,
)


def yes_or_no(asked: Asked, text: str) -> bool | None:
    """Whether a clause says yes to a question, or None where words and numbers do not decide it."""
    if _ASKS_MAY.search(asked.text) or not _ASKS_MUST.search(asked.text):
        if _is_excluded(asked, text) and (asked.negated or not _is_exception(asked, text)):
            return _negates(asked)
    if torn(asked, text):
        return None
    clause = meant_clause(asked, text)
    if _beside_what_alone_is_allowed(asked, clause):
        return None
    unmet = _condition_unmet(asked, clause)
    if unmet is not None:
        return not unmet
    if _condition_missed(asked, clause):
        return None
    left_out = exception_of(asked, text)
    if left_out is not None and (own := _own_rule(text, left_out)):
        return _by_own_rule(asked, own)
    by_number = _compared(asked, clause) if left_out is None else None
    if by_number is not None:
        return by_number
    made = _by_words(asked, clause)
    if made is None and clause != text:
        made = _by_words(asked, text)
    if made and _ASKS_MAY.search(asked.text) and _proviso_denied(asked, text):
        return _negates(asked)
    if made is None and _is_exception(asked, text) and not (_negates(asked) or _ASKS_MAY.search(asked.text)):
        return False  # what is so but for an exception is not so in it
    flip = _negates(asked) != _is_exception(asked, text)
    return None if made is None else made != flip


def plain_rule(text: str) -> bool:
    """Whether a rule has no exception, proviso or second case, and none of its clauses denies while another does not:
    only there is a yes or no that code concludes worth telling."""
    said = text.strip().rstrip("。.")
    pieces = [
        piece for piece in re.split(r"[，,、]|(?<![a-z])and(?![a-z])", said) if _speaks(piece) or _DENIES.search(piece)
    ]
    return not _CASES.search(said) and len({bool(_DENIES.search(piece)) for piece in pieces}) < 2


def _negates(asked: Asked) -> bool:
    """Whether a question asks for the opposite: "may it not be", "is that a violation"."""
    negated = bool(_NEGATED.search(_STATED_TWICE.sub("", _bare(asked.text))))
    return negated != bool(_ASKS_BREACH.search(asked.text))


def _is_excluded(asked: Asked, text: str) -> bool:
    """Whether the question is about what a permission leaves out in a short clause behind it."""
    question = said(asked.text)
    for match in _EXCLUDED.finditer(text):
        words = [word for word in terms_of(match["what"]) if word.kind != "code"]
        named = codes(match["what"])
        if named and not set(named) & set(asked.codes):
            continue
        told = sum(covered(word, question) >= 0.7 or _same_state(word.text, asked.text) for word in words)
        if words and told >= EXCLUDED_SAID * len(words):
            return True
    return False


def _beside_what_alone_is_allowed(asked: Asked, clause: str) -> bool:
    """Whether a clause allows one thing alone, and the question says little of that: its own thing may be another, or
    the clause may be about something that was not asked."""
    question = said(asked.text)
    for match in _ONLY_FOR.finditer(clause):
        words = terms_of(next(part for part in match.groups() if part))
        told = sum(covered(word, question) >= 0.7 or _same_state(word.text, asked.text) for word in words)
        if words and told <= len(words) / 2 and not amounts(match.group()):
            return True
    return False


def exception_of(asked: Asked, text: str) -> re.Match[str] | None:
    """What a clause leaves out, where the question is about that."""
    return next((match for match in _LEFT_OUT.finditer(text) if _is_exception(asked, match.group())), None)


def _own_rule(text: str, left_out: re.Match[str]) -> str:
    """What is said of what is left out: behind it ("except mussels, which are accepted until 19:00"), or in it
    ("exception: the egg room may be entered alone")."""
    if left_out["d"] and _speaks(left_out["d"]):
        return left_out["d"]
    behind = text[left_out.end() :]
    return behind if _SPEAKS_OF_IT.match(behind) and (re.search(r"\d", behind) or _speaks(behind)) else ""


def _by_own_rule(asked: Asked, own: str) -> bool | None:
    """Yes or no by the rule of what is left out alone."""
    by_number = _compared(asked, own)
    if by_number is not None:
        return by_number
    for wanted in asked.amounts:
        for limit in amounts(own):
            if wanted.unit and limit.dimension == wanted.dimension and _comparable(wanted, limit):
                return _less(wanted, limit) if _ALLOWS_UP_TO.search(own[: limit.start]) else None
    made = None if re.search(r"\d", own) else _by_words(asked, own)
    return None if made is None else made != _negates(asked)


def _proviso_denied(asked: Asked, text: str) -> bool:
    """Whether the question says that what a permission asks for is not so (但须品控员签字, 品控员还没签字)."""
    question = said(asked.text)
    for match in _PROVISO.finditer(text):
        proviso = next(part for part in match.groups() if part)
        words = [word for word in terms_of(proviso) if word.kind != "code"]
        told = sum(covered(word, question) >= 0.7 for word in words)
        if words and told >= PROVISO_SAID * len(words) and _denied_in(asked.text, proviso):
            return True
    return False


def _same_state(word: str, question: str) -> bool:
    """Whether a word and the question name one state in other words ("running", "in operation")."""
    return any(pattern.search(word) and pattern.search(question) for group in opposites() for pattern in group)


def _is_exception(asked: Asked, text: str) -> bool:
    """Whether the question is about what a clause leaves out ("except in an emergency")."""
    if _ANY.search(asked.text) and _LEFT_OUT.search(text):
        return True  # "is it allowed anywhere": where there is an exception, it is
    for match in _LEFT_OUT.finditer(text):
        left_out = next(part for part in match.groups() if part)
        if set(codes(left_out)) & set(asked.codes):
            return True
        wanted, told = numbered(asked.text), numbered(left_out)
        if any(not wanted[word] & told[word] for word in wanted.keys() & told.keys()):
            continue
        if (held := months_of(left_out)) and (named := months_of(asked.text)):
            if named <= held:
                return True
        words = terms_of(left_out)
        question = said(asked.text)
        inside = _takes_in(asked, left_out)
        if inside is not None and any(covered(word, question) >= 0.7 for word in words):
            if inside:
                return not _denied_in(asked.text, left_out)
            continue
        share = sum(covered(word, question) >= 0.7 for word in words) / len(words) if words else 0.0
        if share >= 0.6:
            return not _denied_in(asked.text, left_out)
    return False


def _takes_in(asked: Asked, left_out: str) -> bool | None:
    """Whether a number of the question lies in the range that is left out (油温低于 15 ℃ 时除外); None where the
    two name no number of one kind."""
    held = [holds(left_out, one) for one in asked.amounts if one.unit]
    told = [one for one in held if one is not None]
    return any(told) if told else None


def _denied_in(question: str, left_out: str) -> bool:
    """Whether the question says that what is left out is not so ("if no engineer is present", 还没书面同意)."""
    named = [word for word in terms_of(left_out) if word.kind != "code" and word.text.lower() in question.lower()]
    before = [question[: question.lower().index(word.text.lower())][-_NEAR_NEGATION:] for word in named]
    return any(_NOT_SO.search(_CLAUSE_END.split(each)[-1]) for each in before)


def says_when(text: str, start: int, end: int) -> bool:
    """Whether a number says when something holds ("above 150 °C the drum must not stop") and is no value by itself."""
    before = text[max(0, start - 28) : start]
    return bool(_WHEN_BEFORE.search(before) or _WHEN_BEHIND.match(text[end:]))


def _condition_unmet(asked: Asked, text: str) -> bool | None:
    """Of "only when over 15 days ...": whether the question's number misses the condition; None for no such clause."""
    only = _ONLY_WHEN.search(text)
    if only is None:
        return None
    for wanted in asked.amounts:
        held = holds(text[: only.end()], wanted) if wanted.unit else None
        if held is not None:
            return not held
    return None


def meant_clause(asked: Asked, text: str) -> str:
    """The clause of a sentence that the question is about: by its code, by its subject, else by most of its words."""
    pieces = [text[a:b] for a, b in _sentences(text)]
    finer = [piece for piece in re.split(r"[；;。，,]|\.(?=\s)", text) if piece.strip()]
    for code in asked.codes:
        named = [piece for piece in finer if code in codes(piece)]
        if len(named) == 1 and len(finer) > 1 and _speaks(named[0]):
            return named[0]
    split = [piece for piece in finer if _speaks(piece)]
    if len(split) > 1 and len({bool(_FORBIDDEN.search(piece) or _NEEDLESS.search(piece)) for piece in split}) > 1:
        near = _nearness(asked, split)
        return split[max(range(len(split)), key=lambda at: (near[at], -at))]
    first = next((term for term in asked.terms if term.kind != "code" and len(term.text) > 2), None)
    if first is not None and not first.text.isascii():
        begun = [piece for piece in finer if piece.strip().startswith(first.text) and _speaks(piece)]
        if len(begun) == 1 and len(finer) > 1:
            return begun[0]
    if len(pieces) < 2:
        return text
    near = shares(asked.text, pieces)
    best = max(range(len(pieces)), key=lambda at: (near[at], -at))
    return pieces[best] if near[best] > 0 else text


def _nearness(asked: Asked, pieces: list[str]) -> list[float]:
    """What each clause says of the question that the others do not; one that begins with a subject of the question is
    about it."""
    begins = [_NUMBERED.sub("", piece)[:2].lower() for piece in pieces]
    question = _LEADING_CODE.sub("", asked.text).lower()
    places = [question.find(one) if len(one) == 2 and not _speaks(one) else -1 for one in begins]
    named = [0.0 if at < 0 else SUBJECT if at <= FIRST_WORDS else 2.0 for at in places]
    return [n + more for n, more in zip(shares(asked.text, pieces), named, strict=True)]


def torn(asked: Asked, text: str) -> bool:
    """Whether one clause allows and another forbids, and each says something of the question that the other does not:
    then words cannot tell which of the two is meant. A code in one of them can."""
    pieces = [piece for piece in re.split(r"[；;。，,]|\.(?=\s)", text) if _speaks(piece)]
    denying = [bool(_FORBIDDEN.search(piece) or _NEEDLESS.search(piece)) for piece in pieces]
    if len(set(denying)) < 2 or any(code in codes(piece) for code in asked.codes for piece in pieces):
        return False
    near = _nearness(asked, pieces)
    most = [max(n for n, each in zip(near, denying, strict=True) if each is side) for side in (True, False)]
    return min(most) >= TORN * max(most)


def _speaks(piece: str) -> bool:
    """Whether a piece forbids, allows or demands something by itself."""
    return any(pattern.search(piece) for pattern in (_FORBIDDEN, _NEEDLESS, _MAY, _MUST))


def _sentences(text: str) -> list[tuple[int, int]]:
    cuts = [0, *(m.end() for m in re.finditer(r"[；;。]|\.(?=\s)|[，,](?=但|而|however|but)", text)), len(text)]
    return [(a, b) for a, b in itertools.pairwise(cuts) if text[a:b].strip()]


def _bare(text: str) -> str:
    return re.sub(
        r"(?:是不是|能不能|要不要|可不可以|需不需要|该不该|行不行|对不对|会不会|有没有|允不允许|准不准"
        r"|用不用|算不算)",
        "",
        text,
    )


def _by_words(asked: Asked, text: str) -> bool | None:
    forbidden, needless = _FORBIDDEN.search(text) or _NO_ONE.search(text), _NEEDLESS.search(text)
    may, must = _MAY.search(text), _MUST.search(text)
    if _ASKS_MUST.search(asked.text) and not _ASKS_MAY.search(_bare(asked.text).replace("可能", "")):
        if needless:
            return False
        return False if forbidden and not must else True if must or forbidden else None
    if forbidden:
        return False
    if needless and re.search(r"has|have|设|有|适用|apply|限|要|need|得", asked.text, re.I):
        return False
    if may:
        return True
    return None


def _condition_missed(asked: Asked, text: str) -> bool:
    """Whether the clause speaks of a range ("after more than 48 h") in which the question's number does not lie: then
    it says nothing of the question's case, neither yes nor no."""
    for wanted in asked.amounts:
        for limit in amounts(text):
            if not wanted.unit or limit.dimension != wanted.dimension or not _comparable(wanted, limit):
                continue
            before = text[max(0, limit.start - 28) : limit.start]
            if not (_WHEN_BEFORE.search(before) or _WHEN_BEHIND.match(text[limit.end :])):
                continue
            less = _less(wanted, limit) and not wanted.same(limit)
            if (_AT_LEAST.search(before) and less) or (
                _AT_MOST.search(before) and not _AT_LEAST.search(before) and not less
            ):
                return True
    return False


def _compared(asked: Asked, text: str) -> bool | None:
    """The question's number against the clause's limit of the same dimension."""
    for wanted in asked.amounts:
        for limit in amounts(text):
            if limit.dimension != wanted.dimension or not wanted.unit:
                continue
            before, after = text[max(0, limit.start - 28) : limit.start], text[limit.end : limit.end + 4]
            if (_EXCEPT.search(text) and not _ASKS_MAY.search(asked.text)) or not _comparable(wanted, limit):
                continue
            if _WHEN_BEFORE.search(before) or _WHEN_BEHIND.match(text[limit.end :]):
                continue  # it says when something holds, and is no limit of what is asked about
            upper = _AT_MOST.search(before) or re.match(r"\s*(?:以下|以内|之内|及以下)", after)
            lower = _AT_LEAST.search(before) or re.match(r"\s*(?:以上|及以上)", after)
            if re.search(r"不得|不应|不超过|不大于|not ", before) and upper:
                lower = None
            if upper and not lower and _ASKS_MAY.search(asked.text):
                return _less(wanted, limit)
            bound = _FORBIDDEN.search(text) or _MUST.search(text)
            if lower and not upper and _ASKS_MAY.search(asked.text) and _MAY.search(text) and not bound:
                return not _less(wanted, limit) or wanted.same(limit)
            if not (upper or lower or _ASKS_MAY.search(asked.text) or _ASKS_MUST.search(asked.text)):
                return wanted.same(limit)
    return None


def _comparable(one: Amount, other: Amount) -> bool:
    return one.magnitude is not None and other.magnitude is not None


def _less(one: Amount, other: Amount) -> bool:
    """Whether one amount is at most the other."""
    assert one.magnitude is not None and other.magnitude is not None
    return one.magnitude <= other.magnitude * (1 + 1e-9) + 1e-12
