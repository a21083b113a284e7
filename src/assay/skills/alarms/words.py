"""What control systems call their columns and states, in English and Chinese, and presets for exports."""

from __future__ import annotations

from collections.abc import Mapping

from assay.skills.alarms.log import ACKNOWLEDGED, OPERATOR, RAISED, RESTORED, RETURNED, SHELVED, SUPPRESSED

FIELDS = ("time", "tag", "type", "state", "priority", "message")

#: Field -> header words as ``plant.file_table.simple`` writes them (lower case, one space).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time": (
        *("time", "timestamp", "datetime", "date time", "date/time", "time stamp", "event time", "eventtime"),
        *("alarm time", "ts", "时间", "时间戳", "日期时间", "报警时间", "发生时间", "事件时间", "告警时间", "记录时间"),
    ),
    "tag": (
        *("tag", "tagname", "tag name", "tag id", "point", "point name", "source", "module", "alarm tag"),
        *("位号", "报警位号", "点名", "测点", "测点名", "位号名", "位号名称", "报警点", "变量名"),
    ),
    "type": (
        *("type", "alarm type", "condition", "attribute", "alarm", "limit"),
        *("类型", "报警类型", "告警类型", "报警种类", "报警条件"),
    ),
    "state": (
        *("state", "alarm state", "status", "action", "event", "transition"),
        *("状态", "报警状态", "告警状态", "动作", "事件"),
    ),
    "priority": ("priority", "severity", "level", "优先级", "报警级别", "级别", "等级", "报警优先级", "报警等级"),
    "message": (
        *("message", "description", "text", "comment", "desc", "event message"),
        *("描述", "报警描述", "消息", "说明", "备注", "报警信息", "内容", "位号描述", "报警内容"),
    ),
}

_WORDS: Mapping[int, str] = {
    RAISED: (
        "raised|raise|active|act|alm|alarm|on|in|set|unack|unacked|unacknowledged|active unacknowledged|unack active"
        "|unack alm|in alarm|incoming|came in|triggered|报警|发生|产生|触发|激活|未确认|报警产生|报警发生|报警触发|1"
    ),
    RETURNED: (
        "returned|return|rtn|normal|norm|clear|cleared|ok|off|out|inactive|returned unacknowledged|unack rtn|rtn unack"
        "|return to normal|outgoing|went out|reset|gone|恢复|返回|消除|消失|解除|正常|已恢复|恢复正常"
        "|报警恢复|报警消除|报警消失|0"
    ),
    ACKNOWLEDGED: "acknowledged|acknowledge|ack|acked|ack alm|active acknowledged|确认|已确认|应答|报警确认",
    SHELVED: "shelved|shelve|搁置|已搁置|报警搁置",
    SUPPRESSED: "suppressed|suppressed by design|out of service|disabled|inhibited|抑制|屏蔽|停用|退出服务|报警抑制",
    RESTORED: "restored|unshelved|unshelve|unsuppressed|enabled|in service|取消搁置|取消抑制|启用|投用",
    OPERATOR: "operator|operator action|change|operate|write|user action|操作|操作员|操作记录|修改|操作员操作",
}

#: Word for a state -> state.
STATES: Mapping[str, int] = {word: state for state, words in _WORDS.items() for word in words.split("|")}

#: Priorities in the plant's own terms, where an export uses other words for them.
PRIORITIES: Mapping[str, str] = {
    **dict.fromkeys(("low", "lo", "l", "advisory", "journal", "低", "低级", "一般", "提示"), "low"),
    **dict.fromkeys(("medium", "med", "m", "warning", "中", "中级", "较高", "重要"), "medium"),
    **dict.fromkeys(("high", "hi", "h", "高", "高级"), "high"),
    **dict.fromkeys(("critical", "crit", "urgent", "emergency", "u", "紧急", "危急", "最高"), "critical"),
}

#: Column maps by the names under which such systems are known to export. None of them has met a real file yet.
PRESETS: Mapping[str, Mapping[str, str]] = {
    "deltav": {
        "time": "Date/Time",
        "tag": "Module",
        "type": "Attribute",
        "state": "State",
        "priority": "Level",
        "message": "Desc1",
    },
    "experion": {
        "time": "Time",
        "tag": "Source",
        "type": "Condition",
        "state": "Action",
        "priority": "Priority",
        "message": "Description",
    },
}
