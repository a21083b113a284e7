"""Hidden models of machines for the benchmark of the maintenance dialogue: causes and what they show, how often.

Written for this benchmark from general knowledge of machines; no figures of anybody's plant. A finding is given by the
words that a record would use (zh, en); its probability says how often that cause shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = tuple[str, str]

#: Findings by name: (zh wordings, en wordings); "check" findings need somebody to open or measure something.
FINDINGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "vibration": (
        ("振动增大", "振值超标", "震动偏大"),
        ("vibration high", "excessive vibration", "vibration increased"),
    ),
    "bearing_hot": (("轴承温度升高", "轴承发烫"), ("bearing temperature high", "bearing running hot")),
    "noise": (("有异响", "声音异常，有杂音"), ("abnormal noise", "unusual noise")),
    "crackle": (("泵内有噼啪声", "有汽蚀声"), ("crackling noise", "noise like pumping gravel")),
    "seal_leak": (("机封漏", "密封处滴漏"), ("seal leaking", "leak at the mechanical seal")),
    "flow_low": (("流量下降", "打量不足"), ("flow low", "flow dropped")),
    "pressure_low": (("出口压力偏低", "出口压力下降"), ("discharge pressure low", "discharge pressure dropped")),
    "pressure_swing": (
        ("出口压力波动", "出口压力不稳"),
        ("discharge pressure unstable", "discharge pressure fluctuating"),
    ),
    "current_high": (("电机电流偏高", "电机电流超额定"), ("motor current high", "motor current above limit")),
    "current_low": (("电机电流偏低", "电机电流下降"), ("motor current low", "motor current dropped")),
    "motor_hot": (("电机过热", "电机温度高"), ("motor overheating", "motor temperature high")),
    "trip": (("跳闸", "跳车"), ("tripped", "trips")),
    "no_start": (("无法启动", "启动不了"), ("does not start", "fails to start")),
    "smell": (("有焦糊味", "闻到糊味"), ("burning smell", "burnt smell")),
    "oil_dirty": (("润滑油发黑", "润滑油乳化"), ("lubricant dirty", "lubricant emulsified")),
    "oil_low": (("缺油", "润滑油油位低"), ("lubricant level low", "lack of lubricant")),
    "suction_low": (("入口压力低", "吸入压力下降"), ("suction pressure low", "suction pressure dropped")),
    "strainer_dp": (
        ("过滤器压差大", "滤网压差高"),
        ("strainer differential pressure high", "strainer pressure drop high"),
    ),
    "misaligned": (("对中超差，不对中", "测量不对中"), ("shaft misaligned", "shaft out of alignment")),
    "loose_bolts": (("地脚螺栓松动", "基础松动"), ("foundation bolts loose", "foundation loose")),
    "insulation_low": (("绝缘低", "绝缘不合格"), ("insulation low", "insulation failed")),
    "discharge_hot": (("排气温度高", "出口温度升高"), ("discharge temperature high", "outlet temperature rising")),
    "cooling_low": (("冷却水流量低", "冷却水压力低"), ("cooling water flow low", "cooling water pressure low")),
    "surge": (("喘振",), ("surging",)),
    "valve_stuck": (("阀门卡涩", "阀门动作迟缓"), ("valve sticking", "valve sluggish")),
    "position_swing": (("阀位波动", "开度摆动"), ("valve position hunting", "position fluctuating")),
    "air_low": (("仪表风压力低", "气源压力低"), ("instrument air pressure low", "air supply low")),
    "inner_leak": (("内漏", "关不严"), ("passing", "internal leakage")),
    "stem_leak": (("阀杆处漏", "填料渗漏"), ("packing leaking", "gland leaking")),
    "drift": (("零点漂移", "测量漂移"), ("zero shift", "drift")),
    "gear_noise": (("齿轮啸叫，有异响", "齿轮异响"), ("gear grinding noise, abnormal noise", "gear abnormal noise")),
    "metal_oil": (("润滑油有金属屑", "油中金属屑"), ("metal particles in oil", "oil with metal particles")),
    "speed_low": (("转速下降", "转速偏低"), ("speed low", "speed dropped")),
}
CHECKS = frozenset("oil_dirty oil_low strainer_dp misaligned loose_bolts insulation_low air_low metal_oil".split())


@dataclass(frozen=True, slots=True)
class HiddenCause:
    """A cause: how often it happens, its words (zh, en), the measure, and how often it shows each finding."""

    name: str
    weight: float
    words: Words
    measure: Words
    shows: Mapping[str, float]


MODELS: Mapping[str, tuple[Words, tuple[HiddenCause, ...]]] = {
    "pump": (
        ("离心泵", "centrifugal pump"),
        (
            HiddenCause(
                "bearing.worn",
                3,
                ("轴承磨损", "bearing worn"),
                ("更换轴承", "replaced the bearing"),
                {"vibration": 0.9, "bearing_hot": 0.85, "noise": 0.7, "oil_dirty": 0.4, "metal_oil": 0.5},
            ),
            HiddenCause(
                "coupling.misaligned",
                2,
                ("联轴器不对中", "coupling misaligned"),
                ("重新找正", "realigned"),
                {"vibration": 0.95, "misaligned": 0.95, "bearing_hot": 0.4, "noise": 0.3, "seal_leak": 0.2},
            ),
            HiddenCause(
                "strainer.blocked",
                3,
                ("入口过滤器堵塞", "strainer blocked"),
                ("清洗滤网", "cleaned the strainer"),
                {"flow_low": 0.9, "suction_low": 0.85, "strainer_dp": 0.9, "crackle": 0.5, "current_low": 0.5},
            ),
            HiddenCause(
                "air_in",
                2,
                ("吸入管进气", "air ingress"),
                ("消除漏点并排气", "vented the line"),
                {"pressure_swing": 0.9, "flow_low": 0.7, "crackle": 0.5, "current_low": 0.6, "vibration": 0.4},
            ),
            HiddenCause(
                "seal.worn",
                3,
                ("机械密封磨损", "mechanical seal worn"),
                ("更换机封", "replaced the seal"),
                {"seal_leak": 0.97, "vibration": 0.15},
            ),
            HiddenCause(
                "impeller.worn",
                2,
                ("叶轮磨损", "impeller worn"),
                ("更换叶轮", "replaced the impeller"),
                {"flow_low": 0.85, "pressure_low": 0.9, "current_low": 0.6, "vibration": 0.3},
            ),
            HiddenCause(
                "impeller.blocked",
                1,
                ("叶轮堵塞", "impeller plugged"),
                ("清理叶轮", "cleaned the impeller"),
                {"flow_low": 0.8, "pressure_low": 0.6, "vibration": 0.8, "current_high": 0.5},
            ),
            HiddenCause(
                "foundation.loose",
                1.5,
                ("地脚螺栓松动", "foundation loose"),
                ("紧固地脚螺栓", "tightened the bolts"),
                {"vibration": 0.95, "loose_bolts": 0.95, "noise": 0.4},
            ),
            HiddenCause(
                "lubricant.level.low",
                1.5,
                ("缺油", "lack of lubricant"),
                ("补油", "topped up the oil"),
                {"bearing_hot": 0.95, "oil_low": 0.95, "noise": 0.5},
            ),
        ),
    ),
    "motor": (
        ("电动机", "motor"),
        (
            HiddenCause(
                "winding.short_circuit",
                2,
                ("绕组短路", "winding short circuit"),
                ("修复绕组", "repaired the winding"),
                {"trip": 0.9, "smell": 0.7, "insulation_low": 0.85, "no_start": 0.5, "current_high": 0.5},
            ),
            HiddenCause(
                "cable.earth_fault",
                1.5,
                ("电缆接地", "cable earth fault"),
                ("更换电缆", "replaced the cable"),
                {"trip": 0.95, "insulation_low": 0.9, "no_start": 0.6},
            ),
            HiddenCause(
                "bearing.worn",
                3,
                ("轴承磨损", "bearing worn"),
                ("更换轴承", "replaced the bearing"),
                {"vibration": 0.85, "bearing_hot": 0.85, "noise": 0.8},
            ),
            HiddenCause(
                "overload",
                2,
                ("过载", "overload"),
                ("降低负荷", "reduced the load"),
                {"current_high": 0.95, "motor_hot": 0.85, "trip": 0.6, "speed_low": 0.4},
            ),
            HiddenCause(
                "cooling.blocked",
                1.5,
                ("冷却风道堵塞", "cooling blocked"),
                ("清理风道", "cleaned the duct"),
                {"motor_hot": 0.95, "trip": 0.3},
            ),
            HiddenCause(
                "cable.loose",
                1,
                ("接线松动", "terminal loose"),
                ("紧固端子", "tightened the terminals"),
                {"no_start": 0.6, "smell": 0.4, "trip": 0.5, "speed_low": 0.3},
            ),
            HiddenCause(
                "breaker.broken",
                1,
                ("接触器损坏", "contactor broken"),
                ("更换接触器", "replaced the contactor"),
                {"no_start": 0.95},
            ),
            HiddenCause(
                "foundation.loose",
                1,
                ("基础松动", "foundation loose"),
                ("紧固地脚螺栓", "tightened the bolts"),
                {"vibration": 0.95, "loose_bolts": 0.95},
            ),
        ),
    ),
    "compressor": (
        ("压缩机", "compressor"),
        (
            HiddenCause(
                "strainer.blocked",
                3,
                ("入口过滤器堵塞", "inlet filter blocked"),
                ("更换滤芯", "replaced the filter"),
                {"flow_low": 0.85, "strainer_dp": 0.95, "suction_low": 0.8, "discharge_hot": 0.4},
            ),
            HiddenCause(
                "cooling.blocked",
                2,
                ("冷却器结垢", "cooler fouled"),
                ("清洗冷却器", "cleaned the cooler"),
                {"discharge_hot": 0.95, "trip": 0.4, "current_high": 0.3},
            ),
            HiddenCause(
                "cooling.flow.none",
                1.5,
                ("冷却水中断", "cooling water lost"),
                ("恢复冷却水", "restored the water"),
                {"discharge_hot": 0.9, "cooling_low": 0.95, "trip": 0.7, "bearing_hot": 0.5},
            ),
            HiddenCause(
                "valve.leak",
                2,
                ("气阀泄漏", "valve leaking"),
                ("更换气阀", "replaced the valve"),
                {"flow_low": 0.85, "pressure_low": 0.8, "discharge_hot": 0.7, "noise": 0.5},
            ),
            HiddenCause(
                "bearing.worn",
                2,
                ("轴承磨损", "bearing worn"),
                ("更换轴承", "replaced the bearing"),
                {"vibration": 0.9, "bearing_hot": 0.85, "metal_oil": 0.6, "noise": 0.5},
            ),
            HiddenCause(
                "surge",
                1,
                ("喘振", "surge"),
                ("调整防喘振阀", "adjusted the anti-surge valve"),
                {"surge": 0.95, "vibration": 0.7, "pressure_swing": 0.8, "noise": 0.6},
            ),
            HiddenCause(
                "lubricant.dirty",
                1.5,
                ("润滑油变质", "lubricant contaminated"),
                ("换油", "changed the oil"),
                {"oil_dirty": 0.95, "bearing_hot": 0.7},
            ),
            HiddenCause(
                "piston.worn",
                1,
                ("活塞环磨损", "piston ring worn"),
                ("更换活塞环", "replaced the piston rings"),
                {"flow_low": 0.8, "pressure_low": 0.7, "metal_oil": 0.4, "current_high": 0.2},
            ),
        ),
    ),
    "valve": (
        ("调节阀", "control valve"),
        (
            HiddenCause(
                "stem.stuck",
                3,
                ("阀杆卡涩", "stem stuck"),
                ("清洗阀杆并更换填料", "cleaned the stem"),
                {"valve_stuck": 0.95, "position_swing": 0.4, "stem_leak": 0.2},
            ),
            HiddenCause(
                "air_supply.pressure.low",
                2,
                ("气源压力低", "air supply low"),
                ("恢复气源", "restored the air"),
                {"air_low": 0.97, "valve_stuck": 0.7, "position_swing": 0.3},
            ),
            HiddenCause(
                "positioner.drift",
                2,
                ("定位器漂移", "positioner drift"),
                ("校准定位器", "recalibrated"),
                {"position_swing": 0.8, "drift": 0.8},
            ),
            HiddenCause(
                "actuator.broken",
                2,
                ("膜头破裂", "diaphragm broken"),
                ("更换膜片", "replaced the diaphragm"),
                {"valve_stuck": 0.9, "noise": 0.6, "position_swing": 0.2},
            ),
            HiddenCause(
                "valve.worn",
                2,
                ("阀芯磨损", "valve worn"),
                ("更换阀芯", "replaced the plug"),
                {"inner_leak": 0.95, "noise": 0.3},
            ),
            HiddenCause(
                "seal.worn", 2, ("填料磨损", "packing worn"), ("更换填料", "replaced the packing"), {"stem_leak": 0.97}
            ),
            HiddenCause(
                "valve.blocked",
                1,
                ("阀门堵塞", "valve plugged"),
                ("清理阀腔", "cleaned the valve"),
                {"flow_low": 0.95, "inner_leak": 0.4, "valve_stuck": 0.3},
            ),
        ),
    ),
    "gearbox": (
        ("齿轮箱", "gearbox"),
        (
            HiddenCause(
                "gear.worn",
                2,
                ("齿轮磨损", "gear worn"),
                ("更换齿轮", "replaced the gears"),
                {"gear_noise": 0.9, "metal_oil": 0.85, "vibration": 0.7},
            ),
            HiddenCause(
                "bearing.worn",
                2,
                ("轴承磨损", "bearing worn"),
                ("更换轴承", "replaced the bearing"),
                {"vibration": 0.85, "bearing_hot": 0.9, "noise": 0.5, "metal_oil": 0.4},
            ),
            HiddenCause(
                "lubricant.level.low",
                2,
                ("缺油", "low oil"),
                ("补油", "topped up the oil"),
                {"oil_low": 0.97, "bearing_hot": 0.7, "gear_noise": 0.4},
            ),
            HiddenCause(
                "lubricant.dirty",
                1.5,
                ("润滑油乳化", "lubricant emulsified"),
                ("换油", "changed the oil"),
                {"oil_dirty": 0.97, "bearing_hot": 0.4},
            ),
            HiddenCause(
                "seal.worn",
                2,
                ("油封磨损，密封磨损", "seal worn"),
                ("更换油封", "replaced the seal"),
                {"seal_leak": 0.95, "oil_low": 0.5},
            ),
            HiddenCause(
                "coupling.misaligned",
                1,
                ("联轴器不对中", "coupling misaligned"),
                ("重新找正", "realigned"),
                {"vibration": 0.9, "misaligned": 0.95, "bearing_hot": 0.3},
            ),
            HiddenCause(
                "foundation.loose",
                1,
                ("地脚螺栓松动", "foundation loose"),
                ("紧固", "tightened the bolts"),
                {"vibration": 0.9, "loose_bolts": 0.95},
            ),
        ),
    ),
}
