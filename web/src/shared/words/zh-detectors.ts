/** 绿色通道前方的检测器。 */
import type { enDetectors } from './en-detectors'

export const zhDetectors: typeof enDetectors = {
  queue: (n) => `检测排队：每车道 ${n} 辆`,
  assumed: (n, why) => `假定排队：每车道 ${n} 辆（${why}）`,
  why: { none: '无检测器', silent: '信号机未提供', doubted: '尚未知或不可信' },
  full: (time) => `下游道路已堵满：${time}`,
  stands: (time) => `下游道路有车停滞：${time}`,
  flows: '下游道路畅通',
  streetUnknown: '下游道路：未知',
  broken: (id, fault) => `${id} 不可信：${fault}`,
  detectors: (n) => `检测器 ${n}`,
  behind: '路口下游',
  before: (approach, lane, to, metres) => `${approach}，车道 ${lane === to ? lane : `${lane}–${to}`}，${metres} 米`,
  state: { occupied: '占用', free: '空闲', unknown: '未知' },
}
