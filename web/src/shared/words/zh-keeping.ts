import type { enKeeping } from './en-keeping'

export const zhKeeping: typeof enKeeping = {
  keeping: {
    about:
      '个人详情和所述内容期满自动销毁。设置保留可延长；提前销毁（全部或仅某一人的）须两人办理，且不可恢复。警情记录本身不受影响。',
    requests: '申请销毁',
    noRequests: '没有申请。',
    holds: '保留中',
    noHolds: '没有保留。',
    matter: '设置保留或申请销毁',
    askedBy: '申请人',
    yours: '本人申请，须由另一人决定。',
    reason: '理由',
    approve: '销毁',
    sure: '确认永久销毁？',
    decline: '不销毁',
    release: '解除',
    card: '仅此卡片（销毁）',
    callerAlone: '仅该来电的来电人（销毁）',
    'place-hold': '保留',
    'ask-erasure': '申请销毁',
  },
}
