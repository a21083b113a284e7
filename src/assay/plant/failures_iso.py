"""The ISO 14224:2016 codes that failure libraries use: code -> (zh, en)."""

from __future__ import annotations

# Failure modes, annex B.2.6 (tables B.6 to B.15), those that process equipment needs.
MODES: dict[str, tuple[str, str]] = {
    "AIR": ("仪表读数异常", "Abnormal instrument reading"),
    "BRD": ("损坏停转", "Breakdown"),
    "DOP": ("动作迟缓", "Delayed operation"),
    "ELP": ("工艺介质外漏", "External leakage, process medium"),
    "ELU": ("公用介质外漏", "External leakage, utility medium"),
    "ERO": ("输出不稳", "Erratic output"),
    "FTC": ("不能关闭", "Failure to close on demand"),
    "FTF": ("不能按要求动作", "Failure to function on demand"),
    "FTO": ("不能打开", "Failure to open on demand"),
    "FTR": ("不能调节", "Failure to regulate"),
    "FTS": ("不能启动", "Failure to start on demand"),
    "HIO": ("输出偏高", "High output"),
    "IHT": ("传热不足", "Insufficient heat transfer"),
    "INL": ("内漏", "Internal leakage"),
    "LOO": ("输出偏低", "Low output"),
    "NOI": ("噪声", "Noise"),
    "OHE": ("过热", "Overheating"),
    "OTH": ("其他", "Other"),
    "PDE": ("参数偏离", "Parameter deviation"),
    "PLU": ("堵塞", "Plugged or choked"),
    "SPO": ("误动作", "Spurious operation"),
    "STP": ("不能按要求停止", "Failure to stop on demand"),
    "UNK": ("未知", "Unknown"),
    "UST": ("误停", "Spurious stop"),
    "VIB": ("振动", "Vibration"),
}

# Failure mechanisms, table B.2.
MECHANISMS: dict[str, tuple[str, str]] = {
    "1.0": ("机械失效", "Mechanical failure"),
    "1.1": ("泄漏", "Leakage"),
    "1.2": ("振动", "Vibration"),
    "1.3": ("间隙或对中不良", "Clearance or alignment failure"),
    "1.4": ("变形", "Deformation"),
    "1.5": ("松动", "Looseness"),
    "1.6": ("卡涩", "Sticking"),
    "2.0": ("材料失效", "Material failure"),
    "2.1": ("气蚀", "Cavitation"),
    "2.2": ("腐蚀", "Corrosion"),
    "2.3": ("冲蚀", "Erosion"),
    "2.4": ("磨损", "Wear"),
    "2.5": ("断裂", "Breakage"),
    "2.6": ("疲劳", "Fatigue"),
    "2.7": ("过热", "Overheating"),
    "2.8": ("爆裂", "Burst"),
    "3.0": ("仪表失效", "Instrument failure"),
    "3.1": ("控制失效", "Control failure"),
    "3.2": ("无信号", "No signal, indication or alarm"),
    "3.3": ("信号错误", "Faulty signal, indication or alarm"),
    "3.4": ("失调", "Out of adjustment"),
    "3.5": ("软件错误", "Software error"),
    "4.0": ("电气失效", "Electrical failure"),
    "5.0": ("外部影响", "External influence"),
    "5.1": ("堵塞", "Blockage or plugging"),
    "5.2": ("污染", "Contamination"),
    "5.3": ("其他外部影响", "Miscellaneous external influences"),
    "6.0": ("其他", "Miscellaneous"),
    "6.4": ("未知", "Unknown"),
}

# Cause categories, table B.3.
CAUSES: dict[str, tuple[str, str]] = {
    "design": ("设计", "Design"),
    "fabrication": ("制造或安装", "Fabrication or installation"),
    "operation": ("操作或维护", "Operation or maintenance"),
    "management": ("管理", "Management"),
    "miscellaneous": ("其他", "Miscellaneous"),
}
