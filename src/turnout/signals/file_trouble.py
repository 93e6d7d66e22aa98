"""What is wrong with a file that is read or written, as every reader and command of signals says it."""

from typing import Final

from turnout.words.name import Name
from turnout.words.trouble import Malformed

COLUMNS_MISSING: Final = Name("columns are missing", "缺少列")
ROW_UNREAD: Final = Name("this row cannot be read", "无法读取此行")
WRITE_AGAIN: Final = Name("write it again", "请重新生成文件")
FETCH: Final = Name("fetch it again", "请重新获取该文件")
MEND: Final = Name("mend it", "请修正")
NAME_READABLE: Final = Name("name a file that can be read", "请指定可读取的文件")
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


def not_unpacked(error: Exception, file: str) -> Malformed:
    return Malformed(Name(f"it cannot be unpacked: {error}", f"无法解压：{error}"), file, FETCH)


def unread(error: OSError, where: str, cure: Name) -> Malformed:
    said = error.strerror or str(error)
    return Malformed(Name(said, f"无法读取：{said}"), where, cure)


def unwritten(error: OSError, where: str, cure: Name) -> Malformed:
    return Malformed(Name(str(error), f"无法写入：{error}"), where, cure)
