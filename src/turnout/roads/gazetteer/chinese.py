"""Chinese text: telling it apart, folding traditional characters to simplified, bigrams, and pinyin for the index.

Bigrams stand in for a full-text index, because SQLite's trigram tokenizer finds nothing in words of two characters,
which most Chinese place names' parts are. The fold covers the characters that place names use, not the language.
"""

import re

from turnout.words.later import Later

pypinyin = Later("pypinyin")


HAN = re.compile(r"[㐀-鿿]")
_TRADITIONAL = (
    "門门橋桥華华漁鱼碼码頭头場场館馆醫医總总聖圣廣广園园島岛東东區区機机車车動动術术藝艺現现園园樂乐"
    "蘭兰塔塔購购鐵铁體体學学灣湾線线號号國国際际會会議议運运廳厅廟庙樓楼畫画飯饭陽阳倫伦羅罗馬马維维"
    "紀纪諾诺亞亚歐欧爾尔達达頓顿賽赛競竞觀观點点濱滨濟济緊紧療疗養养護护龍龙鳳凤雙双條条樹树錢钱銀银"
    "開开關关電电視视長长遠远邊边過过還还這这裡里後后節节約约級级紅红綠绿藍蓝網网驗验練练訓训課课誌志"
    "誠诚諮咨貝贝財财貨货費费賓宾質质趙赵軍军較较輪轮農农連连進进遊游鄉乡鄰邻釋释鎮镇閣阁隊队階阶隧隧"
    "雜杂難难雲云霧雾靈灵項项預预頂顶顯显風风飛飞餘余驛驿髮发魚鱼鳥鸟鹽盐麗丽黃黄齊齐齒齿縣县縱纵織织"
    "繞绕繼继續续臺台與与舊旧莊庄萬万葉叶蘇苏處处衛卫裝装見见規规親亲計计記记設设訪访診诊試试該该調调"
    "勞劳協协單单嚴严壩坝壯壮夢梦實实寫写寶宝對对導导嶺岭川川師师幣币幾几庫库廠厂強强彌弥徑径從从復复"
    "愛爱戲戏戶户據据擊击擴扩斷断時时書书棟栋業业極极榮荣樣样檢检權权歷历歸归殘残殿殿氣气決决沖冲"
    "減减測测湯汤滿满漢汉潔洁澤泽營营爐炉爺爷牆墙獨独獅狮環环產产異异療疗發发盤盘眾众礦矿礎础禮礼種种"
    "穩稳積积窮穷筆笔簡简糧粮結结統统綜综緣缘縮缩聯联聲声職职腦脑臨临艦舰薩萨蓋盖蘆芦蠻蛮術术衝冲補补"
)
_SIMPLIFIED = str.maketrans(_TRADITIONAL[::2], _TRADITIONAL[1::2])


def has_han(text: str) -> bool:
    """Whether any character is Chinese."""
    return HAN.search(text) is not None


def simplified(text: str) -> str:
    """The text with the traditional characters of place names replaced by their simplified forms."""
    return text.translate(_SIMPLIFIED)


def han_key(text: str) -> str:
    """A name with Chinese in it as it is compared: simplified, letters small, without spaces or punctuation."""
    return "".join(char for char in simplified(text).casefold() if char.isalnum())


def bigrams(text: str) -> set[str]:
    """Every pair of neighbouring characters; of one character alone, that character."""
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


def pinyin(text: str) -> str:
    """Syllables with spaces between, without tones (`jin men da qiao`). Only the writer calls it: it is slow."""
    return " ".join(pypinyin.lazy_pinyin(simplified(text), style=pypinyin.Style.NORMAL, errors="ignore"))
