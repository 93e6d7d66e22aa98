/** 警情终结部分的文字：主责单元、超时原因、处置、文件、档案、打印。与 `en-sheet.ts` 一一对应。 */
import type { enSheet } from './en-sheet'

export const zhSheet: typeof enSheet = {
  sheet: {
    primary: '主责',
    secondary: '协同',
    computed: '按规则计算：参与处置、单元种类、到场先后、派出先后',
    chosen: '人工指定',
    chosenBy: (who, why) => `${who} 指定：${why}`,
    asComputed: '按规则计算',
    change: '更改',
    give: '填报',
    owes: '尚未填处置结果',
    working: '仍有单元在处置',
    due: (time) => `应于 ${time} 前`,
    intervals: {
      acknowledge: '接令',
      turnout: '出动',
      travel: '行驶',
      'on-scene': '现场处置',
      transport: '转送',
      hospital: '在院',
    },
    closeAll: '结案，未填部门统一采用此处置结果',
    reopenWhy: '重新打开的原因',
    reopenNote: '需要做什么（写入经过记录）',
  },
}
