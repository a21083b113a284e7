"""Small words: those that carry nothing, those that only ask, units, and characters that are words by themselves."""

from __future__ import annotations

import re

#: English words that are no terms. "off", "no" and "not" are terms: they make a state.
STOP_EN = frozenset(
    "a an the of to in on at by for from with and or as is are was were be been being it its this that these "
    "those there their they them he she we you i my your our his her us me if then than so such do does did done "
    "has have had will would shall should can could may might must into onto which who whom whose what when where "
    "why how also any each all both some more most very just only about s t".split()
)
#: Chinese characters that are no terms by themselves.
STOP_ZH = frozenset("的了是在和与及或之其这那有为以被把对等也都就而于从到由向将并且所个们吗呢吧啊呀么着过地得很再又还")
_ASKS_ZH = (
    "怎么办 怎么样 怎么回事 怎么 怎样 如何 咋办 咋整 咋弄 咋样 咋回事 咋 为什么 为何 为啥 "
    "干嘛 什么原因 啥原因 什么时候 啥时候 什么 啥 多少 多大 多高 多长时间 多长 多久 几个 "
    "几次 哪一个 哪些 哪个 哪里 哪儿 哪种 是否 能不能 可不可以 要不要 有没有 是不是 行不行 "
    "请问 请教 麻烦 告诉我 我想知道 想问一下 帮我 一下 我们 咱们 你们 他们 我 你 咱 吗 呢 "
    "吧 啊 呀 啦 嘛"
).split()
#: What a Chinese question only asks with.
ASKING_ZH = re.compile("|".join(sorted(_ASKS_ZH, key=len, reverse=True)))
#: What an English question only asks with.
ASKING_EN = re.compile(
    r"\b(?:please|tell me|can you|could you|do you know|i want to know|what(?:'s)?|"
    r"how (?:much|many|long|often|do|to|can)|how|why|when|where|which|who|does|is there|are there|what kind of)\b"
)
#: Characters that name equipment or a medium and are asked for alone ("泵", "阀").
HEADS = frozenset("泵阀管罐塔炉机釜槽仓池轴油水汽气电热酸碱盐煤灰渣粉尘门盘柜缆线灯表网箱带链轮盖座环圈垫栓钉桨")
#: Units as they stand behind a number after normalising (lower case, superscripts flat).
UNITS = (
    "mpa kpa pa hpa bar mbar psi atm mm cm dm m km μm um nm m3/h m3/min m3/s m3 m2 l/min l/h l/s l ml nm3/h t/h "
    "kg/h kg/m3 kg t g mg mg/l mg/m3 rpm r/min hz khz mhz kw mw w kwh kva mva v kv mv a ma ka ω kω mω °c °f k % "
    "ppm ppb ph db db(a) mm/s m/s m/s2 g/l s sec ms min h hr d day days year years month months n kn n·m knm kn·m "
    "j kj mj kcal cst mm2/s μs/cm s/cm ntu lx"
).split()
_TRADITIONAL = (
    "閥阀壓压溫温機机電电氣气輪轮軸轴齒齿動动轉转運运開开關关啟启檢检測测驗验維维護护潤润洩泄聯联鎖锁報报"
    "儀仪錶表線线纜缆變变頻频馬马達达過过熱热卻却塵尘濾滤網网損损壞坏換换裝装設设備备規规範范標标準准處处"
    "執执進进應应須须嚴严險险級级類类號号編编碼码圖图紙纸書书錄录記记據据數数值值單单複复雜杂雙双導导體体"
    "鋼钢鐵铁銅铜鋁铝鉛铅鋅锌錫锡鎳镍鉻铬鹽盐鹼碱濃浓純纯淨净車车間间廠厂區区層层樓楼門门牆墙頂顶側侧邊边"
    "緣缘內内兩两個个幾几點点種种樣样為为從从對对與与並并該该當当將将時时長长寬宽輕轻質质積积減减調调節节"
    "製制訊讯傳传輸输發发現现異异響响聲声盪荡擺摆離离鬆松緊紧絲丝釘钉墊垫環环殼壳蓋盖葉叶劑剂藥药補补給给"
    "儲储爐炉鍋锅煙烟囪囱燒烧縫缝紋纹鏽锈蝕蚀斷断續续試试證证審审責责員员師师業业務务術术認认識识訓训練练"
    "習习問问題题說说讀读寫写"
)
#: Traditional characters of technical text to simplified ones.
TRADITIONAL = {ord(old): new for old, new in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True)}
