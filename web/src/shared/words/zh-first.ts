/** 第一分钟：对初次使用者说的话，以及是谁做的。与 `en-first.ts` 同形。 */
import type { enFirst } from './en-first'

export const zhFirst: typeof enFirst = {
  first: {
    title: '上手一分钟',
    waking: '模拟城市正在启动：最近一小时的警情几秒内上屏。',
    intro: '模拟同事会接警、派车，也会留一些给您；您动过的，他们不再插手。',
    steps: [
      ['选一起待派警情', '排在列表最上面。该派谁、为什么，系统随即给出。'],
      ['派出', '按一下即按建议派出。单元会自己应答、出动、报到，可在地图上跟踪。'],
      ['接一个来电', '右侧是等待中的来电和报警内容。有地点和类型就能立案。'],
      ['或者打一行命令', '以上都能用一行命令完成；回车之前会先说明将做什么。'],
    ],
    keys: ['F3', 'R', 'F9', '/'],
    example: '新 16TH ST/MISSION ST 建筑火灾；公寓冒烟',
    all: '全部按键与命令',
  },
  who: {
    simulated: '模拟城市',
    program: (name: string) => `程序 ${name}`,
  },
  fieldName: { back_entry: '事后补录' },
}
