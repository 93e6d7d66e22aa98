/** 仿真中试用的自适应控制。 */
import type { enAdaptive } from './en-adaptive'

export const zhAdaptive: typeof enAdaptive = {
  title: '自适应控制与现行方案对比',
  advice: '此为仿真得出的建议：自适应控制不驱动本市任何信号机，此处的结果不能提出，也不能发布。',
  what: '各路口仅凭检测器决定放行谁；交通与现行方案下相同，逐个随机种子对比。两侧均不移走受困车辆。',
  noLibrary: '本服务器未安装 SUMO 的程序库（libsumo）：无法试用自适应控制。见工程师手册。',
  faults: '检测器',
  sound: '全部正常',
  broken: {
    stuck: '自第 10 分钟起每路口一个持续占用',
    silent: '自第 10 分钟起每路口一个无检测信号',
    double: '自第 10 分钟起每路口一个重复计数',
  },
  begin: '开始试用',
  result: (seeds) => `${seeds} 个随机种子`,
  before: '现行方案',
  after: '自适应控制',
  moved: '现行方案已与试用时不同。',
  gridlock: (side, seeds) => `路网锁死（${side}，种子 ${seeds}）：路上有车，而五分钟内无一到达。`,
  doubt: (track, n, all, why) => `单线区段 ${track} 在自适应控制下结束时存疑（${n}/${all} 个种子）：${why}。`,
  noGridlock: '无路网锁死：两侧均未出现路上有车而五分钟内无一到达的情况。',
  junctions: '自适应控制的路口',
  laid: (n) => `布设检测器 ${n} 个`,
  junction: '路口',
  waits: '各进口道最长等待',
  waitsHint: '最长等待：在自适应控制下，无论交通如何，被检测到的车辆等待绿灯不超过此时间。按方案运行的路口以方案为准。',
  noWait: '不承诺',
  detectors: '检测器',
  lanes: (n) => `${n} 条车道`,
  atEnd: '结束时',
  adaptive: '各种子均为自适应',
  onPlan: (n, all) => `${all} 个种子中有 ${n} 个按方案运行`,
  fault: (detector, name, n, all) => `${detector}：${name}（${n}/${all}）`,
  brokenHere: (detector, missed, all) =>
    missed ? `故障：${detector}，${all} 个种子中有 ${missed} 个未被发现` : `故障：${detector}，各种子均已发现`,
  brokenNone: '此处无故障检测器：停车线前没有检测器',
  long: (seeds) =>
    `${seeds} 个种子即依次运行 ${2 * seeds} 次：小片区每次数分钟，车流停滞时至多 15 分钟。满 2 小时即全部中止，结果不保留：宜从 5 个开始。`,
  kept: '始终保持原方案',
}
