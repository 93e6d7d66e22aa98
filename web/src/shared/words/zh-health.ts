/** 服务器状况。 */
import type { enHealth } from './en-health'

export const zhHealth: typeof enHealth = {
  health: {
    level: { well: '一切正常', warn: '需要查看', severe: '立即查看' },
    notice: (n: number) => `服务器：${n} 条告警`,
    alarms: '告警',
    noAlarms: '目前没有告警。',
    since: '始于',
    warnings: '需要处理',
    queues: '队列',
    waiting: '等待',
    most: '上限',
    whenFull: '占满后',
    figures: '数据',
    figure: '项目',
    now: '当前',
    limits: '限值',
    units: { s: '秒', ms: '毫秒', min: '分钟', h: '小时', days: '天', rows: '行' } as Record<string, string>,
    limit: (warn: string, severe: string) => (severe ? `${warn}，严重 ${severe}` : warn),
    upTo: '低于',
    atLeast: '不少于',
    fresh: '每 5 秒更新一次。',
    stale: '服务器没有应答，以下为最后的数据。',
  },
}
