"""The words of an answer to a person who asks what is kept of them, in both languages."""

from typing import Final

from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    "title": Name("What is kept of you", "关于您的记录"),
    "matter": Name("The incident or call", "警情或来电"),
    "number": Name("Number", "编号"),
    "opened": Name("Opened", "立案时间"),
    "call": Name("Call", "来电"),
    "role": Name("You are in it as", "您在其中的身份"),
    "made": Name("This answer was made", "本答复生成于"),
    "details": Name("Your details", "您的个人信息"),
    "field": Name("Field", "项目"),
    "text": Name("What stands there", "内容"),
    "earlier": Name("Before it was put right", "更正之前"),
    "none": Name("None.", "无。"),
    "details-destroyed": Name(
        "Erased: the key is destroyed, and nobody can read them any more.", "已销毁：密钥已毁，任何人都无法再读取。"
    ),
    "details-damaged": Name(
        "Damaged: what is stored is not what was sealed. The operator has to look.",
        "已损坏：存储内容与封存内容不符，须由运维人员查看。",
    ),
    "files": Name("Pictures, recordings and documents of the incident", "该警情的图片、录音录像与文件"),
    "files-note": Name(
        "They may show other people, and are not part of this answer. Ask for one by its number.",
        "其中可能涉及他人，不随本答复提供。如需查看，请按编号申请。",
    ),
    "file": Name("File", "文件"),
    "kind": Name("Kind", "种类"),
    "size": Name("Bytes", "字节数"),
    "at": Name("When", "时间"),
    "looked": Name("Who looked", "谁查阅过"),
    "looked-note": Name(
        "Every opening is on record before anything is shown, in a log of which an outsider can check that nothing is "
        "missing. You are told in which role somebody looked and why, not who.",
        "每次查阅都先记录、后显示；外部人员可以核查该日志没有缺失。此处告知查阅者的身份类别和理由，不告知具体人员。",
    ),
    "in-role": Name("In which role", "以何种身份"),
    "what": Name("What", "查阅内容"),
    "why": Name("Why", "理由"),
    "sent": Name("To whom it was given", "提供给了谁"),
    "sent-note": Name("As far back as the message log is kept.", "以消息日志的保存期为限。"),
    "agency": Name("Records system of", "档案系统"),
    "kinds": Name("What is kept of people, what for, how long, and on which ground", "保存哪些信息、用途、期限与依据"),
    "is-kept": Name("What", "信息"),
    "purpose": Name("What for", "用途"),
    "term": Name("How long", "期限"),
    "basis": Name("Ground", "依据"),
    "rights": Name("What you can do", "您的权利"),
    "rights-note": Name(
        "You can ask for details to be put right: what stood there stays beside it, marked as earlier. You can ask for "
        "them to be erased before their time: two people decide. You can complain to the data protection authority.",
        "您可以要求更正：原内容作为“更正之前”保留在旁。您可以要求提前销毁：由两人决定。您也可以向个人信息保护主管部门投诉。",
    ),
    "worksheet": Name("For the clerk: not to be handed out as it is", "供经办人使用，不得原样交出"),
    "worksheet-note": Name(
        "These lines may say something of this person, or of others. Only somebody who reads them can tell. "
        "What is of this person goes with the answer; what is of others does not.",
        "以下各行可能涉及本人，也可能涉及他人，只有人能分辨。涉及本人的随答复提供，涉及他人的不提供。",
    ),
    "line": Name("Line", "记录"),
    "caller": Name("caller", "报警人"),
    "patient": Name("patient", "伤病员"),
    "contact": Name("contact", "联系人"),
    "witness": Name("witness", "目击者"),
    "involved": Name("involved", "当事人"),
    "missing": Name("missing person", "失踪人员"),
    "one-details": Name("your details", "个人信息"),
    "one-file": Name("a file", "文件"),
    "crew": Name("Crew that was sent", "出动单元人员"),
    "call-taker": Name("Whoever took the call or opened the incident", "接警人或立案人"),
    "dispatcher": Name("Dispatcher of its group", "该组调度员"),
    "open-call": Name("Whoever sat where the call waited", "来电等待席位的人员"),
    "agency-record": Name("Records system or clerk of its agency", "所属机构的档案系统或经办人"),
    "review": Name("Under a review that a second person approved", "经第二人批准的审查"),
    "glass": Name("In an emergency, answered by a second person", "紧急查阅，由第二人答复"),
    "field-name": Name("name", "姓名"),
    "field-callback": Name("number to call back", "回拨号码"),
    "field-address": Name("address", "住址"),
    "": Name("Before grounds were recorded", "记录依据之前"),
}
