"""What is wrong with a file that is read or written, as every reader and command of signals says it."""

from typing import Final

from turnout.words.name import Name
from turnout.words.trouble import Malformed

COLUMNS_MISSING: Final = Name("columns are missing", "缺少列")
ROW_UNREAD: Final = Name("this row cannot be read", "无法读取此行")
WRITE_AGAIN: Final = Name("write it again", "请重新生成文件")
NAME_FILE: Final = Name("name another file", "请指定其他文件")
NAME_FOLDER: Final = Name("name another folder", "请指定其他文件夹")


def too_large(most_bytes: int) -> Name:
    return Name(f"more than {most_bytes >> 20} MiB", f"超过 {most_bytes >> 20} MiB")


def too_long(most_rows: int) -> Name:
    return Name(f"more than {most_rows} rows", f"超过 {most_rows} 行")


def rows_unread(refused: int, rows: int) -> Name:
    return Name(f"{refused} of {rows} rows cannot be read", f"{rows} 行中有 {refused} 行无法读取")


def no_csv(error: Exception) -> Name:
    return Name(f"not a CSV in UTF-8: {error}", f"不是 UTF-8 编码的 CSV：{error}")


def unwritten(error: OSError, where: str, cure: Name) -> Malformed:
    return Malformed(Name(str(error), f"无法写入：{error}"), where, cure)
