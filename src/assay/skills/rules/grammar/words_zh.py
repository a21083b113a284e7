"""Chinese words of standards: properties, comparisons, modal words, verbs that provide something."""

from __future__ import annotations

import re

from assay.skills.rules.rule import Op

_CORE = (
    "净宽度 净高度 净宽 净高 净距 宽度 高度 深度 厚度 长度 跨度 直径 管径 口径 半径 内径 外径 间距 距离 "
    "面积 体积 容积 容量 "
    "室温 温度 温升 温差 压力 压差 真空度 湿度 流量 流速 风速 风量 风压 扬程 速度 转速 频率 电压 电流 电阻 "
    "功率 负荷 载荷 荷载 "
    "重量 质量 数量 层数 坡度 倾角 角度 照度 亮度 噪声 振动 浓度 含量 密度 粘度 黏度 硬度 强度 挠度 等级 "
    "极限 量程 精度 时间 "
    "周期 间隔 寿命 效率 系数 比例 次数 余量 余高 偏差 误差 间隙 泄漏量 泄放量 能力 材质 材料 颜色 露点 "
    "海拔 氧含量 溶解氧 液位 水位 水质 pH值 "
    "截面积 截面 限值 用量 储量 存量 排量 水量 油量 风率 合格率 利用率 电阻率 覆盖率 扭矩 力矩 应力 标高 "
    "行程 位移 年限 级别 型号 上限 下限 设定值 报警值 整定值 流率 能耗 纯度 压缩比 电位 闪点 燃点 熔点 凝点 沸点 "
    "速率 漏率 沉降差 高差 垂直度 平行度 同轴度 水平度 平面度 直线度 圆度 节距 螺距 拉力 推力 夹紧力 压紧力 "
    "波动范围 波动 制动力 牵引力 起重量 处理量 蒸发量 "
    "倾斜 压力降 压降 漏风率 功率因数 变比 尺寸 目数 粒度 吨位 人数 台数 个数 净空 "
    "空间 声级 声压级 声功率级 冲击功 吸收功 有效期 保质期 使用期 工期 时长 总长 自重 总重 概率 "
    "指数 模数 倍数 级数 匝数 高程 "
    "电容量 电感 阻抗 电抗 振幅 裕量 余隙 均匀性 均匀度 水分 灰分 阈值 常数 公差 标称值 校验值 测量值 "
    "电气间隙 爬电距离 焊脚 "
    "油位 料位 泥位 物位 界位 煤位 损失 损耗 消耗 牌号 规格 品种 载流量 通流量 通过量 "
    "截断量 负压 正压 余压 背压 静压 动压 内压 外压 水头 汽蚀余量 排放值 报警点 有功 无功 焊缝余高 错边量 咬边 "
    "跳动 窜动 摆动 重叠 变形 跳动量 供回水温差 露点温度 粒径 孔径 线径 轮径 纵距 横距"
)
_MODIFIERS = (
    "最小 最大 最高 最低 净 额定 设计 工作 公称 标称 表面 外表面 平均 允许 许用 试验 整定 爆破 有效 覆土 "
    "保温 安全 防火 接地 绝缘 相对 "
    "绝对 环境 储存 操作 运行 安装 埋设 疏散 外壳防护 防护 耐火 强度 精度 泄压 换气 振动 使用 计算 液压 "
    "气压 水压 冲击 输入 "
    "输出 空载 启动 总 人均 通风 排放 建筑 占地 供水 排水 出水 进水 回水 供电 燃烧 耐压 耐久 检验 校验 单位 "
    "攀登 充装 持续 通行 布置 使用 瞬时 稳态 峰值 弯曲 水平 直线 转弯 转动 垂直 标准 实际 "
    "平行 交叉 爆炸 汽蚀 必需 轴向 径向 横向 纵向 "
    "引燃 自燃 回座 开启 启闭 关闭 起跳 闭合 干膜 名义 残余 剩余 初始 终止 连续 合格 "
    "排气 吸气 吸入 进气 出气 进油 回油 进口 出口 入口 测试 检测 转换 切换 供给 疲劳 "
    "外壳 击穿 跨步 浸渍 喷放 通信 补水 "
    "泄压 喷油 注入 搅拌 混合 清洗 吹扫 置换 排污 制动 起升 变幅 回转 下降 上升 提升 进料 出料 卸料 "
    "供油 供气 供风 送风 回风 排风 供热 短路 过载 泄漏 渗漏 采样 取样 测量 监测 调节 粘结 剥离 扭转 拉伸 压缩 剪切 "
    "断裂 磨损 膨胀 收缩 伸长 曝气 过滤 后备 "
    "湿球 干球 失效 响应 动作 延时 切断 触发 相间 充电 放电 浮充 均充 "
    "保压 停留 反应 沉淀 干燥 加热 冷却 升温 降温 预热 浸泡 容许 供回水 "
    "插入 前后 进出口 伸出 外伸 埋入 搭接 搭设 架设 安装 铺设 敷设 连接 固定 支撑 锚固 锚入 咬合 啮合 "
    "设定 过栅 过滤 检定 校准 标定 清扫 保养 维护 巡检 检查 更换 大修 小修 保护 监控 作用 辐射 服务 喷淋 喷雾 "
    "对地 余隙 覆盖 加油 注油 补油 排烟 送排风 喷射 "
    "防结露 装料 充填 堆放 堆积 码放 堆垛 存放 "
    "总谐波 谐波 平均无故障 预期 极限 屈服 抗拉 抗压 冲击"
)
# A word that is a modifier of some properties only: elsewhere it is the thing itself (建筑高度, 安全阀数量).
_ONLY = {
    "建筑": ("面积", "密度"),
    "供电": (),
    "平行": ("净距", "距离", "间距"),
    "交叉": ("净距", "距离", "间距"),
    "安全": ("距离", "系数", "间距", "泄放量"),
    "保温": ("厚度", "温度", "时间"),
}
_ENDS = frozenset("进口 出口 入口 保压 外壳".split())
"""Which pressure of a pump 出口压力 is; alone they are the place that has it."""
RELATIONAL = re.compile(r"距|温差|压差|高差|差|间隙|之间|间隔")
"""Properties of a pair, whose "A and B" are not two objects."""
_CORES = "|".join(sorted(_CORE.split(), key=len, reverse=True))
PROPERTY = re.compile(rf"(?:{_CORES})(?:范围)?$")
PROPERTY_WORD = re.compile(_CORES)
MODIFIER = re.compile(rf"(?:{'|'.join(sorted(_MODIFIERS.split(), key=len, reverse=True))})$")

COMPARE = re.compile(
    r"(?P<minus>不)?(?P<word>大于或等于|大于等于|高于或等于|小于或等于|小于等于|低于或等于|大于|高于|超过"
    r"|多于|长于|宽于|小于|低于"
    r"|少于|短于|窄于|等于|达到|≥|≤|>=|<=|>|<|=)"
)
OPS: dict[str, Op] = dict.fromkeys("大于 高于 超过 多于 长于 宽于 >".split(), Op.OVER)
OPS |= dict.fromkeys("小于 低于 少于 短于 窄于 <".split(), Op.UNDER)
OPS |= dict.fromkeys("大于或等于 大于等于 高于或等于 达到 ≥ >=".split(), Op.AT_LEAST)
OPS |= dict.fromkeys("小于或等于 小于等于 低于或等于 ≤ <=".split(), Op.AT_MOST)
OPS |= dict.fromkeys("等于 =".split(), Op.EQUAL)

MODAL = re.compile(
    r"(?P<all>均|都)?(?P<modal>不应|不宜|不得|不准|不许|不能|不可|严禁|禁止|必须|应当"
    r"|一般(?:应|宜)?(?=不?(?:大于|小于|高于|低于|超过|少于))|(?<![供感反响适相效对])应(?![力急变用答])"
    r"|(?<![适便])宜|(?<!必)须(?!知)|可不|可以|可(?=[采设按为减取]|用(?!性))|至少应)"
)
NEGATIVE = frozenset("不应 不宜 不得 不准 不许 不能 不可 严禁 禁止".split())
SOFT = frozenset("宜 不宜 一般 一般宜".split())
PERMITTED = frozenset("可不 可以 可".split())
PROVIDES = re.compile(
    r"(?:设置有|设置|装设|安装|配备|配置|配有|装有|采取|采用|具有|具备|留有|预留|保留|选用|使用|敷设|布置"
    r"|开设|留出|留设|搭设|砌筑|铺设|增设|加设|加装|悬挂|设有|设|有)"
)
STATES = re.compile(
    r"(?:位于|处于|用于|属于|进行|储存|存放|输送|布置在|安装在|设置在|设在|未|无|没有|不(?![锈燃同间饱对透]))"
)
"""Verbs that begin a state in a condition."""
REFERS = re.compile(
    r"符合|规定|要求(?!时)|本规范|本标准|下列|以下(?:规定|要求)|表\s?\d|公式|另有|执行(?!机构|器|元件)|参照|GB|见图"
)
LISTS = re.compile(r"、|以及|和|与|及(?!以[上下])|或")


_KIND_OF = re.compile(r"[率量值比径距厚宽高深压温速差度数力积限幅额耗矩频角]$")
"""Last characters of words for something that is measured (蒸发量, 水压, 门宽)."""
_LEADING = re.compile(r"(?:额定|设计|工作|公称|最大|最小|最高|最低|允许|许用|试验|计算)")
"""Modifiers that begin a property and never a thing: 额定蒸汽压力 is a property as a whole."""


def measured(words: str) -> bool:
    """Whether words end like something that has a size."""
    return bool(PROPERTY.search(words) or _KIND_OF.search(words))


def property_start(words: str) -> int:
    """Where the property begins that ends ``words`` (with its modifiers), or the length when there is none."""
    match = PROPERTY.search(words)
    at = _short(words) if match is None else match.start()
    if at is None:
        return len(words)
    while (modifier := MODIFIER.search(words[:at])) is not None:
        only = _ONLY.get(modifier.group())
        if modifier.start() == 0 and modifier.group() in _ENDS:
            break
        if only is not None and not words[at:].startswith(only):
            break
        at = modifier.start()
    if at and _LEADING.match(words) and "的" not in words:
        return 0
    rated = re.search(r"(?<=[\u4e00-\u9fff]{2})(?:额定|公称)", words[:at])
    return at if rated is None else rated.start()  # 锅炉 额定出口热水温度


def _short(words: str) -> int | None:
    """A short word for a measure that stands alone or behind a modifier (水压, 额定蒸发量)."""
    if _KIND_OF.search(words):
        for size in (3, 2):
            before = words[:-size]
            if len(words) >= size and (not before or MODIFIER.search(before)):
                return len(before)
    return None
