/** 再次证明身份、双重验证和本人会话的中文。 */
export const zhProof = {
  title: '请再次证明您的身份',
  text: (who: string) => `${who}，此操作会改变登录方式。您上次证明身份已超过十分钟，或是在别处进行的。`,
  prove: '继续',
  byPasskey: '用通行密钥',
  factorTitle: '需要通行密钥',
  factorText: (who: string) => `${who}，您的角色需要双重验证。请添加本设备或安全密钥的通行密钥；在此之前不能做其他事情。`,
  addPasskey: '添加通行密钥',
  failed: '没有成功，或已中断。',
  sessions: '我的会话',
  sessionsText: '您在这些地方登录着。不认识的请结束，并修改密码。',
  columns: { since: '开始', position: '席位', network: '来自', way: '方式', proved: '上次证明' },
  thisOne: '当前会话',
  locked: '已锁定',
  end: '结束',
}
