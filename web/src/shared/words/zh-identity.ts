/** 统一身份认证登录的中文。`refused` 以服务器的代码为键。 */
export const zhIdentity = {
  by: (provider: string) => `通过${provider}登录`,
  notNow: '暂时无法这样登录。请改用密码、通行密钥或一次性代码。',
  refused: {
    'provider-silent': '统一身份认证没有正常应答。请改用密码、通行密钥或一次性代码登录。',
    'sign-on-lost': '此次登录不是在这里发起的，或已超过十分钟，请重新开始。',
    'sign-on-refused': '统一身份认证未予通过，或您中途返回。',
    'sign-on-stale': '统一身份认证此次没有重新核实您的身份，或核实强度不足，请重新开始。',
    'sign-on-unknown': '统一身份认证认识您，但您在本系统没有可用账号，或所在用户组没有对应角色，请联系管理员。',
    'sign-on-taken': '同名账号设有密码或属于他人。请管理员为其发放一次性代码并清除通行密钥，然后重新登录。',
  } as Record<string, string>,
}
