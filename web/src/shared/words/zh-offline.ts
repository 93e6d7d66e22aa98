/** 统一身份认证停止时用的离线代码。 */
import type { enOffline } from './en-offline'

export const zhOffline: typeof enOffline = {
  offline: {
    down: (provider: string) => `${provider}没有应答：使用离线代码`,
    title: '用离线代码登录',
    text: '使用打印好的代码。每个代码只能用一次，登录四小时有效，并会通知值班长。',
    code: '离线代码',
    submit: '登录',
    sheet: '离线代码',
    sheetText: (provider: string) => `供${provider}停止时使用。请打印并妥善保管，勿让他人取得。生成新的代码后，旧的作废。`,
    left: (n: number) => `还剩 ${n} 个。`,
    make: '生成新的代码',
    sealed: '离线代码（密封）',
    madeFor: (account: string) => `${account} 的离线代码，只显示这一次。`,
    print: '打印',
    until: '有效至',
    entries: '用离线代码登录的人',
    entriesText: '请逐一向本人核实。如非本人，请停用该账号。',
    confirm: '确认是本人',
    yours: '本人的登录须由他人确认。',
  },
}
