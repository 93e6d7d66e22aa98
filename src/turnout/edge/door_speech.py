"""The words, in both languages, for every no about who asks: sessions, rights, accounts, tokens, terminals."""

from typing import Final

from turnout.words.name import Name

WORDS: Final[dict[str, Name]] = {
    "not-signed-on": Name("Sign in first.", "请先登录。"),
    "session-locked": Name("This console is locked. Unlock it first.", "此工作台已锁定，请先解锁。"),
    "not-a-console": Name("Only a person's console can be locked.", "只有人员使用的工作台可以锁定。"),
    "wrong-secret": Name("Account or password is not right.", "账号或密码不正确。"),
    "too-many-attempts": Name(
        "Too many attempts. Try again in {wait_s} seconds. (Emergency buttons and running sessions are not affected.)",
        "尝试次数过多，请 {wait_s} 秒后再试。（紧急按钮和已登录的席位不受影响。）",
    ),
    "too-many-requests": Name(
        "More than one person, program or network may ask for. Try again in {wait_s} seconds. (New incidents and"
        " emergency buttons are not held back.)",
        "超出单个人员、程序或网络的请求上限，请 {wait_s} 秒后再试。（新警情和紧急按钮不受限制。）",
    ),
    "position-not-yours": Name("Your account may not take position {position}.", "您的账号不能使用席位 {position}。"),
    "no-demo": Name("This city is not a demonstration: sign in with an account.", "本城市不是演示城市，请用账号登录。"),
    "role-not-for-demo": Name("The role {role} is not given in the demonstration.", "演示中不提供角色 {role}。"),
    "unknown-station": Name("There is no station {station} in the tables.", "站点表中没有 {station}。"),
    "unknown-role": Name("There is no role {role} in the tables.", "角色表中没有 {role}。"),
    "unknown-scope": Name("There is no scope “{scope}”.", "没有权限范围“{scope}”。"),
    "weak-secret": Name("The password needs {least} to {most} characters.", "密码长度须为 {least} 至 {most} 个字符。"),
    "common-secret": Name(
        "This is one of the most common passwords, which are tried first. Take a few words that have nothing to do with"
        " each other.",
        "这是最常见的密码之一，容易被首先猜中。请用几个互不相关的词。",
    ),
    "place-secret": Name(
        "This password is little more than “{word}”, a word of this place or of yourself. Take a few words that have"
        " nothing to do with it.",
        "此密码几乎只有“{word}”这样与本地或本人有关的词，容易被猜中。请用几个与此无关的词。",
    ),
    "already-set-up": Name(
        "The set-up has been done. An administrator makes further accounts.", "初始设置已完成，新账号由管理员建立。"
    ),
    "wrong-setup-code": Name(
        "That is not the set-up code that the terminal shows, or it is more than a day old. A restart shows a new one.",
        "与终端上显示的设置码不符，或已超过一天。重新启动会显示新的设置码。",
    ),
    "unknown-provider": Name("There is no such way to sign in here.", "本处没有这种登录方式。"),
    "provider-silent": Name(
        "The identity provider does not answer as it should. Sign in with a password, a passkey or a one-time code.",
        "统一身份认证没有正常应答。请改用密码、通行密钥或一次性代码登录。",
    ),
    "sign-on-lost": Name(
        "This sign-in was not begun here, or more than ten minutes ago. Begin again.",
        "此次登录不是在这里发起的，或已超过十分钟，请重新开始。",
    ),
    "sign-on-refused": Name(
        "The identity provider did not let you in, or you turned back.", "统一身份认证未予通过，或您中途返回。"
    ),
    "sign-on-stale": Name(
        "The identity provider did not ask who you are this time, or not as strongly as it has to. Begin again.",
        "统一身份认证此次没有重新核实您的身份，或核实强度不足，请重新开始。",
    ),
    "sign-on-unknown": Name(
        "The identity provider knows you, but you have no open account here, or no group that has a role. Ask the"
        " administrator.",
        "统一身份认证认识您，但您在本系统没有可用账号，或所在用户组没有对应角色，请联系管理员。",
    ),
    "sign-on-taken": Name(
        "Account {account} has a password or belongs to somebody else. The administrator can give it a one-time code,"
        " its passkeys removed; then sign in again.",
        "账号 {account} 设有密码或属于他人。请管理员为其发放一次性代码并清除通行密钥，然后重新登录。",
    ),
    "wrong-code": Name(
        "That is not your one-time code, or it is more than a day old. Ask the administrator for a new one.",
        "一次性代码不正确或已超过一天，请向管理员索取新的代码。",
    ),
    "wrong-offline-code": Name(
        "That is not an offline code of this account, or it was used. Each code works once.",
        "不是此账号的离线代码，或已用过。每个代码只能用一次。",
    ),
    "provider-answers": Name(
        "The identity provider answers, or has been silent for some seconds only: sign in by it. Offline codes are for"
        " when it is down.",
        "统一身份认证仍有应答，或刚刚无应答几秒：请通过它登录。离线代码只在它停止时可用。",
    ),
    "no-provider-account": Name(
        "{account} does not belong to an identity provider and needs no offline codes.",
        "{account} 不属于统一身份认证，不需要离线代码。",
    ),
    "unknown-entry": Name("There is no such sign-in that waits for an answer.", "没有这样待确认的登录。"),
    "own-entry": Name("Somebody else has to confirm your own sign-in.", "您本人的登录须由他人确认。"),
    "device-needed": Name(
        "This may only be used from one of the service's own terminals. Yours shows no certificate, or one that is not"
        " valid any more. (Emergency buttons work.)",
        "只能在出示证书的本单位终端上使用，您的终端没有证书或证书已失效。（紧急按钮不受影响。）",
    ),
    "proof-needed": Name(
        "Show again who you are: with your password or passkey, or by your provider.",
        "请再次证明您的身份：用密码、通行密钥或统一身份认证。",
    ),
    "two-factors-needed": Name(
        "Your role needs two factors: sign in with a passkey or by your provider. An administrator's one-time code lets"
        " you add a passkey.",
        "您的角色需要双重验证：请用通行密钥或统一身份认证登录。凭管理员给的一次性代码可添加通行密钥。",
    ),
    "unknown-session": Name("You have no such session.", "您没有这样的会话。"),
    "private-in-url": Name(
        "Places, typed words and purposes do not belong into an address: send them in the header Turnout-Query.",
        "位置、键入的文字和用途不得写在网址里，请放入请求头 Turnout-Query。",
    ),
    "tls-needed": Name(
        "This server answers nobody in the clear over a network: use its https:// address.",
        "本服务器不接受网络上的明文访问，请使用 https:// 地址。",
    ),
    "device-not-known": Name(
        "This certificate is of no known terminal, or was revoked.", "此证书不属于已知终端，或已吊销。"
    ),
    "device-too-early": Name("A certificate is renewed once half of its time is over.", "证书过半有效期后才可续期。"),
    "device-request": Name(
        "This is no request for a certificate (PKCS #10, PEM).", "不是有效的证书申请（PKCS #10，PEM）。"
    ),
    "device-name": Name("A terminal's name has 1 to {most} characters.", "终端名称须为 1 至 {most} 个字符。"),
    "device-taken": Name("A terminal {device} has a certificate already.", "终端 {device} 已有证书。"),
    "device-no-authority": Name(
        "The key that certificates are signed with is not on this machine (devices/ca.key), or was altered or removed"
        " in the database. Put it back, or revoke all, remove the authority and issue anew: see the operators' manual.",
        "本机没有签发证书的密钥（devices/ca.key），或其在数据库中已被改动或删除。"
        "请放回，或全部吊销、删除签发者并重新签发：见运维手册。",
    ),
    "unknown-device": Name("There is no terminal {device}, or it is revoked.", "没有终端 {device}，或已吊销。"),
    "last-administrator": Name(
        "{account} is the only administrator: make another one first.", "{account} 是唯一的管理员，请先设立另一个。"
    ),
    "unknown-agency": Name("There is no agency {agency} in the tables.", "机构表中没有 {agency}。"),
    "passkey-failed": Name("The passkey was not accepted.", "通行密钥未被接受。"),
    "account-taken": Name("The account {account} exists already.", "账号 {account} 已存在。"),
    "group-means-nothing": Name(
        "The group “{group}” has no meaning in this server's plan, and is not kept.",
        "本服务器的配置没有为用户组“{group}”规定含义，不予保存。",
    ),
    "closed-by-administrator": Name(
        "An administrator has closed the account {account}, and only one can open it.",
        "账号 {account} 由管理员停用，只能由管理员启用。",
    ),
    "too-many-provisioned": Name("More than are kept here: at most {most}.", "超出此处可保存的数量：最多 {most} 个。"),
    "longer-than-kept": Name("{field} is longer than {most} characters.", "{field} 超过 {most} 个字符。"),
    "no-account": Name("A demonstration visitor has no account to change.", "演示访客没有可更改的账号。"),
    "unknown-account": Name("There is no account {account}.", "没有账号 {account}。"),
    "unknown-token": Name("There is no token {token}.", "没有令牌 {token}。"),
    "scope-missing": Name("This needs the right “{scope}”.", "此操作需要“{scope}”权限。"),
    "field-hidden": Name("Your role is not shown this ({field}).", "您的角色不能查看此内容（{field}）。"),
    "foreign-origin": Name(
        "The request comes from another site's page and was not taken.", "请求来自其他网站的页面，未予受理。"
    ),
}
