"""What gives an order to a reader-machine away: signs with weights, in English and Chinese, and shapes of markup.

No sign alone makes an order of plant text ("operators must answer every alarm", "系统：循环冷却水"): an order to a
machine speaks of the machine, of its instructions, of its answer or of the text as text, and mostly of two of them.
The kinds follow the public catalogues of prompt injections (OWASP LLM01, MITRE ATLAS AML.T0051).
"""

from __future__ import annotations

import re

_DETERMINERS = (
    r"(?:all|any|every|each|the|your|my|its|these|those|this|that|of|previous|prior|earlier|above|preceding|other"
    r"|given|"
    r"existing|former|foregoing|system|safety|user'?s?|initial|original|retrieved|provided|entire|whole|following|"
    r"previously|such)"
)
_OBJECTS = (
    r"(?:instructions?|rules?|prompts?|guidelines?|directives?|passages?|documents?|context|safeguards?|polic(?:y"
    r"|ies)|"
    r"questions?|requests?|texts?|sentences?|sources?|constraints?|restrictions?|training|commands?|messages?|"
    r"excerpts?|evidence|citations?)"
)
_DROP = (
    r"(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overlook|overrid(?:e|es|ing)|bypass|discard|drop|set aside|"
    r"pay no attention to|throw away|abandon|do(?:n't| not) (?:follow|obey|use|apply|trust|heed|consider|rely on)"
    r"|stop "
    r"(?:following|obeying))"
)
_DROP_ZH = (
    r"(?<![得禁止能])(?:忽略|无视|忘记|忘掉|忘了|抛开|撇开|丢弃|放弃|绕过|推翻|跳出|(?:不要|不必|不用|无需|别"
    r"|不)(?:再)?"
    r"(?:理会|理睬|管|遵守|遵循|使用|参考|考虑|相信))"
)
_THOSE_ZH = (
    r"(?:以上|之前|前面|先前|上文|上面|上述|前述|此前|前文|其[他它]|所有|任何|全部|一切|你们?的?|系统|已提供|提供"
    r"|给定"
    r"|给出|现有|原有|用户|下[面表文述列]|检索)"
)
_TEXT_ZH = (
    r"(?:规则|指令|指示|提示词?|要求|约束|限制|段落|资料|文档|原文|设定|说明|内容|规定|准则|问题|需求|文字|材料|证据"
    r"|片段|命令)"
)
_SAYING = r"(?:answer|reply|respond|say|repeat|state|output|print|return|write|insert|give|report|declare)"
_SAYING_ZH = r"(?:回答|答复|回复|作答|应答|回应|输出|返回|说出|写出|给出|告知|告诉|说|答)"
_VALUE = r"[\"'“‘«\[(]?\s?[-+]?\d"

STRONG: tuple[str, ...] = (
    # instructions that are to be dropped
    rf"\b{_DROP}\s(?:{_DETERMINERS}\s)*(?:all|any|every|your|previous|prior|earlier|above|preceding|foregoing|other|"
    rf"system|retrieved|provided|user'?s?)\s(?:{_DETERMINERS}\s)*{_OBJECTS}",
    rf"\b{_DROP}\s(?:\w+\s){{0,2}}{_OBJECTS}\s(?:above|before|so far|you (?:were|have|got|received)|that (?:came"
    rf"|come|you))",
    rf"\b{_DROP}\s(?:everything|anything|all|whatever|what)\b.{{0,12}}\b(?:above|before|else|you|was|said|came"
    rf"|told|the user)",
    rf"{_DROP_ZH}[^，。；]{{0,3}}{_THOSE_ZH}[^，。；]{{0,6}}{_TEXT_ZH}",
    r"把?(?:以上|之前|前面|上文|此前|本行之前)[^，。；]{0,8}(?:都|全部|统统|一切)?(?:忽略|忘掉|忘记|作废|丢掉"
    r"|当作|视为无效)",
    # what is to be answered, to whatever is asked
    rf"\b{_SAYING}\b.{{0,30}}?\b(?:to|for|in|as|into) (?:every|any|all|each|whatever|your|the) "
    r"(?:questions?|quer(?:y|ies)|prompts?|answers?|repl(?:y|ies)|responses?)\b",
    r"\b(?:short|final|your|only|accepted|expected)\s(?:valid |accepted |final |possible |short |correct )?"
    r"(?:answer|reply|response)s?\s(?:is|are|must|shall|should|will|has to|to|=|:)",
    r"\b(?:every|all|any|each)\s(?:answer|reply|response|output)s?\s(?:is|are|must|shall|should|will|has to"
    r"|have to)\b",
    rf"(?:^|[,;:]\s*|\b(?:and|then|please|just|simply|always|must|directly|instead|so|unless you|you)\s+)"
    rf"(?:answer|reply|respond|say|repeat)\s+(?:(?:with|only|exactly|that|it is|as)\s+)*{_VALUE}",
    rf"\b(?:always|only|never)\s+(?:says?|answers?|repl(?:y|ies)|responds?)\s+(?:with\s+)?{_VALUE}",
    r"\b(?:right|correct|true|best) (?:choice|option) is:? ?[A-H]\b|正确(?:选项|选择)(?:是|为)\s?[A-H](?![\w-])",
    r"\brepeat after me\b",
    r"\b(?:who(?:ever)?|any(?:one|body)|every(?:one|body)|some(?:one|body)"
    r"|users?) (?:\w+ )?asks?\b.{0,40}\b(?:answer|repl|told"
    r"|tell|say|respon|refus)",
    r"\bwhen(?:ever)? (?:you are )?asked\b.{0,60}\b(?:answer|reply|say|respond|refuse|tell)\b",
    r"\b(?:decline|refuse) to (?:reply|answer|respond)\b",
    r"\b(?:score|rate|rank|mark|label|classify|grade|judge)\s(?:this|the (?:present|above|current|following))\s?"
    r"(?:passage|text|page|line|sentence|document|claim|answer|sample|paragraph|source)",
    r"\b(?:passage|text|line|document|page|paragraph)s? (?:fully )?(?:supports?|proves?|confirms?) (?:every|any"
    r"|all|each) ",
    rf"(?:任何|所有|一切|每个|每一个)[^，。]{{0,10}}(?:问题|提问|询问|查询)[^。]{{0,12}}{_SAYING_ZH}",
    rf"凡[^，。]{{0,4}}(?:询问|提问|问及|问到|被问|查询|问起)[^。]{{0,24}}{_SAYING_ZH}",
    rf"(?:直接|只需|只能|仅能|只|统一|一律|必须|总是|永远|请|都|改为|始终|就|要|若不|不)(?:要|可以?|需|应|须)?"
    rf"(?:回答|答复|回复|作答)(?:是|为|他)?(?:[：:“\"‘「]\s*|\s?){_VALUE}",
    r"(?:答案|短答)(?:中|里)?(?:就|都|必须|应当?|只能|一律|要|均)?(?:是|为|等于|包含|写成|写|改成|=)",
    rf"(?:回复|答复|回答)(?:中|里)?(?:(?:就|都|必须|应当?|只能|一律|要|均)(?:是|为|等于|包含|写成?|改成)"
    rf"|[是为]\s?{_VALUE})",
    r"拒绝(?:作答|回答|回复|答复)|(?:答复|回答|回复)[^，。]{0,4}查无",
    r"跟我(?:一起)?(?:重复|念|说)|写[进入](?:回复|答案|回答)",
    r"(?:判|标|评|打|记|定)(?:定|记)?(?:为|成|上|作)?\s?(?:不支持|支持|不相关|满分|无关|已验证|已核实)",
    r"(?:本|该|这)(?:段|行|页|文|句|条)[^，。]{0,4}支持(?:任何|所有|一切|每)",
    # who the reader is to be
    r"\b(?:pretend|role-?play|imagine (?:that )?you)\b",
    r"\byou are (?:now |henceforth )?(?:an? |the |called |no longer )?.{0,30}\b(?:assistant|chatbot|bot"
    r"|language model|AI)\b",
    r"\bif you(?:'re| are) (?:an? )?(?:AI|LLM|large|language|assistant|model|machine|bot|chatbot)",
    r"\bas an? (?:\w+ )?(?:verifier|AI|language model|assistant|evaluator|chatbot)\b",
    r"\b(?:no longer|not) (?:apply|bind|hold|restrict)\w*\s?(?:to |for )?you\b|\bsafeguards?\b",
    r"\byou (?:must|should|will|shall|have to|are to|need to|may) (?:only |now |always |never |exclusively |just )*"
    r"(?:obey|answer|reply|respond|say|output|print|cite|refuse|ignore|comply|be penali|be punish|be reward)",
    r"\b(?:developer|god|debug|admin|sudo|unrestricted|jailbreak) (?:mode|override)\b",
    r"你(?:现在|从现在起|已|已经|将|就)?(?:是|叫|扮演|成为)[^。]{0,16}(?:助手|模型|机器人|AI|智能体|没有限制|小)",
    r"假装|假扮|扮演|装作|(?:如果|若|假如|要是)你是|(?:开发者|管理员|上帝|越狱)(?:模式|指令|覆盖)",
    r"对你(?:们)?(?:不再|不)(?:有效|适用|生效)",
    # the text as text, the end of it, what is behind it
    r"\bend of (?:the )?(?:documents?|context|passages?|prompt|input|data|excerpts?)\b",
    r"\b(?:new|next|real|secret|hidden) (?:task|instructions?|prompt|directive|command)\s*[:#]",
    r"(?:文档|资料|文件|上下文|正文|段落|材料)到此(?:结束|为止)|新(?:的)?(?:任务|指令|命令)\s*[：:]",
    r"\b(?:list|reveal|show|print|disclose|leak|name|output|expose|give|tell)\b.{0,30}\b(?:hidden|system|secret"
    r"|your)\s"
    r"(?:\w+ )?(?:prompt|instructions?|rules?|message)",
    r"(?:发送|上传|转发|外发|传送?|提交)(?:到|至|给)[^，。]{0,8}(?:https?:|[\w.]+@)",
    r"\b(?:send|post|upload|forward|transmit|leak|email)\b.{0,50}(?:https?://\d|(?:retrieved|conversation|prompt"
    r"|chat))",
    r"(?:提示词|系统提示|人工智能|大模型|语言模型|聊天机器人|智能助手|智能体|问答系统)[^。]{0,30}(?:请|只|必须|应"
    r"|不得|要|公开|注意)",
    r"(?:公开|泄露|透露|打印|显示|列出|说出)[^。]{0,8}提示词",
    # other languages
    r"\b(?:ignor(?:iere?n?|ez|a|e)|vergiss|oublie[zr]?|olvid[ae]n?)\b.{0,30}\b(?:anweisung|regel|instruction"
    r"|instruccion|consigne)",
    r"(?:игнорируй|забудь)\w*.{0,30}(?:инструкц|правил)|(?:指示|命令)を(?:無視|忘れ)|지시.{0,6}무시",
)
"""Patterns of weight 2: any one makes an order of a sentence."""

WEAK: tuple[str, ...] = (
    # a machine that reads
    r"\b(?:AIs|LLMs?|GPT[\w-]*|chat ?bots?|language models?|(?:AI|digital|virtual|intelligent"
    r"|helpful) (?:assistant|agent"
    r"|reader|reviewer|model|bot|system|tool)s?|prompts?|jailbreak|verifier|evaluator|grader)\b",
    r"人工智能|(?<![A-Za-z])AI\s?(?=助手|模型|系统|机器人|工具|读者|阅读|请)|大模型|语言模型|机器人|助手|智能体"
    r"|问答系统|提示词|系统提示|核[查验]员|校验员"
    r"|评审模型|审核模型|检索(?:结果|到)|回复前|(?:回答|作答)(?:之)?前",
    # what is to be dropped or obeyed
    rf"\b{_DROP}\s(?:{_DETERMINERS}\s)*(?:{_OBJECTS}|user)\b|\b{_DROP}\swhat the user",
    r"\b(?:obey|outranks?|comply with (?:this|these|the following)|(?:precedence|priority) over (?:all|your|any))\b",
    r"服从|遵从|听从|优先于|凌驾|高于一切|(?:不要|不必|不用|别)(?:使用|理会|管)",
    r"\b(?:instructions?|rules?|guidelines?) (?:have|has) been (?:updated|replaced|lifted)|准则已|规则已(?:更新"
    r"|失效)",
    # what is to be answered
    r"\b(?:right|correct|true|best|valid)\s(?:answer|reply|response|choice|option)s?\s(?:is|are|=|:)"
    r"|\bvalid (?:reply|answer)",
    r"\b(?:reply|respond|answer)\s+(?:only|just|exactly|solely|always|simply|directly|with|yes|no)\b|\bsay yes\b"
    r"|\bsay\s*[:\"“]",
    rf"\b(?:output|print|return|accepts?|give (?:them|him|it)|contain|insert|use)\s(?:only\s|the (?:token|label"
    rf"|value|string|word)"
    rf"\s)*{_VALUE}",
    r"\b(?:label|token|class|score)\s[01]\b|\b\d+ out of \d+\b|\brank(?: it)? first\b",
    r"\b(?:choose|pick|select|take)\s(?:only\s)?(?:(?:number|option|letter|answer|sentence|passage|candidate"
    r"|choice|label)\s)?"
    r"[\"'“]?(?:\d|[A-H])\b(?!\s?(?:mm|m|kg|L|bar|%|°))",
    r"\bno other (?:sentence|answer|option|passage|number|line"
    r"|choice)|^\W*(?:refuse|拒绝)\W*$",
    rf"(?:直接|只需|只能|只|统一|一律|必须|总是|请|改为|悄悄|就)(?:要|可以?|允许|需|应|须)?{_SAYING_ZH}",
    r"正确(?:选项|选择)(?:是|为)|请?选\s?(?:编号|选项|第|[A-H0-9](?![\w-]))|只选",
    r"其[他它](?:句子|选项|答案|段落"
    r"|文件)",
    r"(?:输出|返回|返回标签|回复|标签)\s?[01](?![\d.])|有效的?(?:回复|答案|回答)|统一(?:说|口径)|给出[^，。]{0,3}\d",
    # the text as text
    r"\b(?:this|the (?:above|present|previous|current)) (?:line|passage|text|sentence|paragraph|message|sample"
    r"|claim)\b",
    r"\breading this (?:page|text|document|line|file)|\bthis (?:page|text) into\b|\bbefore this line\b",
    r"\bcite (?:this|only|as)\b|\b(?:with|at) (?:full|maximum|100 ?%) confidence|\bnever cite\b|\bas \[\d+\]",
    r"本(?:行|段|页|句)|(?:读|看)到(?:这里|此处)|这一行|以下为准|跟我|当作|代替。|置信度|作为引用|引用\s?\[",
    r"\bdo(?:n't| not) (?:tell|mention|reveal|cite|quote|disclose)|\btell (?:the )?(?:user|asker|anyone|them|him"
    r"|operator) that",
    r"(?:不要|不得|切勿|别|严禁)(?:向|让|告诉|提及|提起|透露|引用)",
    # who asks, and what he may not know
    r"\b(?:asker|questioner)\b|\bthe user(?:'s)? (?:question|wants?|already|asked|query)|\bthe question\b"
    r"|\bunsupported\b",
    r"提问[人者]|询问者|用户(?:的)?(?:问题|需求|提问|已经)|告诉(?:他|用户|操作员)",
    r"\bmay not (?:read|see)\b|\bother files\b|\bnames of (?:all|the)(?: other)? (?:documents|files)\b"
    r"|无权(?:阅读|查看|访问)|全部文件名",
    r"\bnothing is known|\bno (?:data|information) exists?|\bcontains? nothing|\birrelevant\b",
    r"查无|没有任何(?:资料|信息|数据)|什么都没有|与问题无关",
    # who the reader is to be
    r"\byou are now\b|\bfrom (?:now|this point|here) on\b|\bact as (?:if|a|an)\b|\byour (?:new |only "
    r"|next )?(?:task|goal|role|"
    r"instructions?|guidelines?|rules|reply|answer|response|output)\b|\bbefore (?:you answer|replying|answering)\b",
    r"(?<![A-Za-z])你们?|从现在(?:起|开始)|自此(?:以后)?|从此",
    # what is to be done
    r"\b(?:call|execute|invoke|run|trigger)\s(?:the\s)?(?:\w+[ _-]){0,2}(?:tool|function|command|api|plugin)\b",
    r"\bwithout (?:asking|confirmation|approval)\b|\bfunction_call\b|\btool_call\b|\bin the name of\b"
    r"|\bat once and confirm\b",
    r"\b(?:approve|authori[sz]e|confirm)\s(?:the )?action [A-Z]{2,}-?\d|\bwrite \w+_\w+ ?= ?\d",
    r"调用(?:工具|函数|接口|\s?[a-z]+_)|无需(?:确认|批准|审批|询问)|(?:直接|立即|马上)执行|执行[^，。]{0,8}工具"
    r"|已经授权",
    r"以[^，。]{1,6}名义|批准(?:操作|动作|申请)\s?[A-Z]{2,}-?\d|写入\s?\w+_\w+\s?=|并确认。?$|执行[：:]"
    r"|排在[^，。]{0,8}(?:首位|第一|最前)",
    r"\bdecode\b|\bbase64\b|\brot13\b|解码|译码|悄悄|偷偷|\bsimply insert\b|\bkindly\b|\bwhatever it says\b"
    r"|无论内容如何",
    # further ways to say the same
    r"\b(?:bots?|summari[sz]er|automated readers?|reader-?machines?|(?:dear|reviewer|review|grading) model)\b"
    r"|自动阅读|阅读程序"
    r"|负责(?:总结|回答|检索|问答)的|(?:亲爱的|审阅|评审|致|各位)[^，。]{0,4}模型|助理程序",
    r"\b(?:responses?|repl(?:y|ies)|answers?) (?:concerning|about|regarding|on this|to this)"
    r"|\blimited to the word|仅限于\s?[\d“\"]"
    r"|有关[^，。]{0,8}的?(?:回复|回答|答复)|\bnothing else\b|\bno other output|不得附加|其[他它]内容|其余内容",
    r"\b(?:correct|any other|expected) outputs?\b|(?:正确|其[他它]|唯一)输出",
    r"\b(?:all )?(?:previous|preceding|earlier|above) (?:text|pages?|content)\b|\bpage above\b|\breal document\b"
    r"|\bsays nothing\b"
    r"|以上(?:文字|内容|全文)|上一页|除本句|真正的(?:文件|文档|内容)|内容为空",
    r"\b(?:other than|except) this one\b|\bquote any (?:sentence|line)|任何句子|以外的任何",
    r"\b(?:your )?(?:memory of|persona|confidence in)\b|记忆|人格|把握是|\babstain\b|弃答",
    r"\bwhat(?:ever)? (?:people|they|anyone|users?) asks?\b|不管谁问|谁问都|无论(?:谁|何人)|永远这样"
    r"|\balways use this\b",
    r"\b(?:emit|output) [01]\b|\bin the affirmative\b|\bto each check\b|肯定答复|每一项检查|\blast option\b"
    r"|最后一个选项",
    r"\bissue the command\b|下发命令|\b(?:run|use|call) all tools\b|所有工具|\bto=functions"
    r"|\bvia the control interface|控制接口",
    r"\bunlock and\b|解锁并|\boverride code\b|覆盖代码|\baccess list\b|访问名单|\bhidden note\b|隐藏备注"
    r"|\bdirective\b|最高优先级",
    r"^(?:Hey|Dear|Attention|Important)\b|^(?:喂|亲爱的|重要)|\bbefore you continue\b|继续之前|\bleave out\b|省略",
    r"\bverified and\b|已核实并|\bfigure to give\b|应给出的|\bgive the figure\b|给出表中"
    r"|\bunder no circumstances give\b",
    r"\btranslate this\b|翻译成|\bspeak like\b|\bas a joke\b|处罚|\bpenali[sz]ed\b|\bforget the\b|忘掉|重复一遍",
)
"""Patterns of weight 1: two of them make an order of a sentence, one of a title."""

ROLE = (
    r"^\W{0,3}(?:SYSTEM|System(?: prompt| message)?|Assistant|ASSISTANT|User|USER|Human|HUMAN|Developer|Verifier"
    r"|Admin\w*|AI"
    r"|系统(?:提示|消息|指令)?|助手|用户|校验员|管理员|开发者|人工智能)\s*[】\]]?\s*[:：]"
)
"""Who is made to speak: half a sign, for "System: cooling water" is plant text."""

DIRECT: tuple[str, ...] = (
    r"<\|[^|<>]{1,30}\|>(?:.*<\|[^|<>]{1,30}\|>)?(?:\s?(?:assistant|system|user)\b(?:\s?[-+]?[\d.]+\s?\S{1,4})?)?",
    r"\[INST\].*?(?:\[/INST\]|$)|【指令】.*?(?:【/指令】|$)|<<SYS>>.*?(?:<</SYS>>|$)",
    r"<(?P<tag>tool_?calls?|function_?calls?|instructions?|system|assistant|prompt|script|style|指令|系统"
    r"|提示)\b[^<>]*>"
    r".*?</(?P=tag)\s*>",
    r"<(?P<acting>[a-z]\w*)\b[^<>]*\son\w+\s*=[^<>]*>.*?</(?P=acting)\s*>",
    r"</?(?:b|i|u|a|p|div|span|img|iframe|font|form|input|object|embed|svg|script|passage|document|context"
    r"|tool\w*|system|"
    r"assistant|user|instructions?|prompt|data)\b[^<>]*>",
    r"!?\[[^\[\]]*\]\(\s*(?:javascript|data|vbscript):(?:[^()]|\([^()]*\))*\)|!\[[^\[\]]*\]\(\s*https?:[^()]*\)",
    r"\{[^{}]*\"(?:answer|short_answer|status|role|content|tool|tool_calls?|arguments|function|action|claims"
    r"|citations|"
    r"instruction|system|response)\"\s*:(?:[^{}]|\{[^{}]*\})*\}",
    r"\b(?:assistant|system|user) to=\S+(?:\s*\{[^{}]*\})?|\{\s*\"(?:tag|tool|name)\"\s*:[^{}]*\"(?:value"
    r"|arguments|args)\"\s*:"
    r"(?:[^{}]|\{[^{}]*\})*\}",
    r"<!--.*?(?:-->|$)",
    r"(?<![\w+/])(?=[A-Za-z+/]*\d)(?=[A-Z0-9+/]*[a-z])(?=[a-z0-9+/]*[A-Z])[A-Za-z0-9+/]{24,}={0,2}",
    r"(?:\b(?:function|tool)_?calls?\s*[:=：]\s*)?\b[a-z]\w*_\w+\(\s*\w+\s*=(?!=)[^()]*\)",
    r"(?<![\w])(?P<word>[A-Za-z]{2,5}|[\u4e00-\u9fff])(?:[\s,，、]+(?P=word)(?![\w])){2,}",
    r"(?:human|user|用户|人类|提问)\s*[:：][^\n]{0,160}?(?:assistant|AI|bot|助手|机器人|回答)\s*[:：][^。\n]{0,80}?"
    r"(?:[。\n]|\.\s|$|(?=\s(?:The|An?|This)\s[a-z]|\s[A-Z]{1,4}-?\d+[A-Z]?\s?[的应为]))",
    r"\"\"\"|```",
)
"""Shapes that are no plant text wherever they stand: markup of chats and tools, calls, hidden links, coded text."""

OPTION = re.compile(r"\s*[\[(（]?[A-H][\])）.．、]\s*\S")
"""A line of numbered options: part of an order where it stands beside one."""
