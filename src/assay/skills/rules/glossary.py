"""Words of standards and designs that mean the same, Chinese and English: a field of one is a field of the other.

Only words that are the same thing everywhere stand here; what is merely likely is offered to a person as a candidate.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

_SAME = """
净宽度,净宽,clear width; 净高,净高度,clear height; 宽度,宽,width; 高度,高,height
长度,长,length; 厚度,thickness; 深度,depth
直径,管径,diameter; 公称直径,nominal diameter,DN; 壁厚,wall thickness
间距,spacing; 距离,distance; 净距,clearance; 面积,area
建筑面积,floor area; 体积,容积,volume; 温度,temperature,temp; 设计温度,design temperature
工作温度,操作温度,operating temperature; 压力,pressure; 设计压力,design pressure; 试验压力,test pressure
工作压力,操作压力,operating pressure,working pressure; 整定压力,set pressure; 公称压力,nominal pressure
流量,flow,flow rate; 流速,flow velocity; 速度,velocity; 转速,speed; 功率,power; 额定功率,rated power; 电压,voltage
额定电压,rated voltage; 电流,current; 额定电流,rated current; 电阻,resistance; 绝缘电阻,insulation resistance
接地电阻,earthing resistance,grounding resistance; 频率,frequency; 湿度,humidity
相对湿度,relative humidity; 照度,illuminance
噪声,噪音,noise level; 坡度,slope,gradient; 倾角,angle,inclination; 数量,number,quantity; 层数,number of storeys
耐火等级,fire resistance class; 耐火极限,fire resistance rating; 防护等级,degree of protection,IP rating
外壳防护等级,degree of protection; 材料,材质,material; 颜色,colour,color
换气次数,air change rate; 扬程,head; 液位,level
截面积,cross-sectional area; 重量,质量,weight,mass; 楼梯,stair,staircase; 疏散楼梯,exit stair; 走道,走廊,corridor
疏散走道,exit corridor; 门,door; 疏散门,exit door; 泵,水泵,pump; 管道,管子,pipe,piping; 阀门,valve
安全阀,safety valve,relief valve; 止回阀,逆止阀,check valve,non-return valve; 压力表,pressure gauge; 温度计,thermometer
液位计,level gauge; 储罐,tank,storage tank
压力容器,容器,vessel,pressure vessel; 电动机,电机,马达,motor; 联轴器,coupling
防护罩,guard; 栏杆,防护栏杆,guardrail; 扶手,handrail; 直梯,爬梯,ladder; 平台,platform; 建筑,建筑物,building; 房间,room
电缆,cable; 接地线,earthing conductor; 风管,duct; 支架,support; 换热器,heat exchanger; 轴承,bearing
自动喷水灭火系统,喷淋系统,sprinkler system
"""


@lru_cache(maxsize=100_000)
def plain(words: str) -> str:
    """Words for comparing: lower case, no articles, separators as one space, English plurals as singular, no 的."""
    words = re.sub(r"[_\-/\\.]+", " ", words.strip().lower())
    words = re.sub(r"^(?:the|an?|each|every|all)\s+|\bthe\s+|^每[个台座套栋间条根组处樘](?=[\u4e00-\u9fff])", "", words)
    words = re.sub(r"(?<=[\u4e00-\u9fff])的(?=[\u4e00-\u9fff])", "", words)
    return " ".join(_singular(word) for word in words.split())


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:s|x|ch|sh)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("se"):
        return word[:-1]  # as of "houses" and "gases", which end alike
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


@cache
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, group in enumerate(re.split(r"[;\n]", _SAME)):
        for word in group.split(","):
            if word.strip():
                found.setdefault(plain(word), set()).add(number)
    return {word: frozenset(groups) for word, groups in found.items()}


@lru_cache(maxsize=200_000)
def same_words(left: str, right: str) -> bool:
    """Whether two fields' words are the same, by spelling or by the glossary."""
    left, right = plain(left), plain(right)
    if left == right:
        return True
    groups = _groups()
    return bool(groups.get(left, frozenset()) & groups.get(right, frozenset()))


@lru_cache(maxsize=100_000)
def synonyms(words: str) -> frozenset[str]:
    """The glossary's words for the same thing, plain, with the words themselves."""
    own = plain(words)
    numbers = _groups().get(own, frozenset())
    return frozenset({own} | {word for word, groups in _groups().items() if groups & numbers})
