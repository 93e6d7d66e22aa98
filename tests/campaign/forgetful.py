"""A file system that forgets what was not synced: it notes every operation, so that the power may be cut after each.

    python -m tests.campaign.forgetful <folder behind it> <where to mount it> <file for the notes>

What is read and written goes through to the folder behind. The notes hold each write with its bytes and each sync, in
the order in which they happened (the loop is single-threaded); `power_cut.py` makes from them the disk as it could be
found after a cut. One run so gives as many cuts as it has operations. After LazyFS (Ramos et al., VLDB 2024) and ALICE
(Pillai et al., OSDI 2014).
"""

import errno
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import mfusepy
import msgspec


class Note(msgspec.Struct, frozen=True, omit_defaults=True, array_like=True):
    """One operation. `file` numbers the files in the order in which they came up; names are relative to the mount."""

    kind: str
    file: int = 0
    offset: int = 0
    data: bytes = b""
    name: str = ""
    other: str = ""


class Forgetful(mfusepy.Operations):  # type: ignore[misc]
    """Everything passes through; what changes a file or a name, and what syncs, is noted first."""

    use_ns = True

    def __init__(self, behind: Path, notes: BinaryIO) -> None:
        self._behind, self._notes = str(behind), notes
        self._encoder = msgspec.msgpack.Encoder()
        self._numbers: dict[int, int] = {}
        self._files = 0

    def _at(self, path: str) -> str:
        return self._behind + path

    def _file(self, inode: int, *, new: bool = False) -> int:
        """The file's number: an inode is given out again after its file is gone, a number never."""
        if new or inode not in self._numbers:
            self._files += 1
            self._numbers[inode] = self._files
        return self._numbers[inode]

    def _note(self, note: Note) -> None:
        body = self._encoder.encode(note)
        self._notes.write(len(body).to_bytes(4, "little") + body)
        self._notes.flush()

    # What is only looked at. ------------------------------------------------------------------------------------------

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        found = os.lstat(self._at(path))
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_atime_ns", "st_mtime_ns", "st_ctime_ns")
        held = {name: getattr(found, name) for name in names}
        return {name.removesuffix("_ns"): value for name, value in held.items()}

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", *os.listdir(self._at(path))]

    def readlink(self, path: str) -> str:
        return os.readlink(self._at(path))

    def access(self, path: str, amode: int) -> int:
        if not os.access(self._at(path), amode):
            raise mfusepy.FuseOSError(errno.EACCES)
        return 0

    def statfs(self, path: str) -> dict[str, Any]:
        found = os.statvfs(self._at(path))
        names = ("bavail", "bfree", "blocks", "bsize", "favail", "ffree", "files", "frsize", "namemax")
        return {f"f_{name}": getattr(found, f"f_{name}") for name in names}

    def open(self, path: str, flags: int) -> int:
        handle = os.open(self._at(path), flags & ~os.O_APPEND)
        if flags & os.O_TRUNC:
            self._note(Note("truncate", self._file(os.fstat(handle).st_ino)))
        return handle

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def flush(self, path: str, fh: int) -> int:
        return 0

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0

    def chmod(self, path: str, mode: int) -> int:
        os.chmod(self._at(path), mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        os.chown(self._at(path), uid, gid)
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        os.utime(self._at(path), ns=times)
        return 0

    # What a cut of the power may take back. ---------------------------------------------------------------------------

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        handle = os.open(self._at(path), os.O_CREAT | os.O_RDWR | os.O_TRUNC, mode)
        self._belongs_to_caller(path)
        self._note(Note("create", self._file(os.fstat(handle).st_ino, new=True), name=path))
        return handle

    def _belongs_to_caller(self, path: str) -> None:
        user, group, _ = mfusepy.fuse_get_context()
        os.chown(self._at(path), user, group)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        self._note(Note("write", self._file(os.fstat(fh).st_ino), offset, bytes(data)))
        return os.pwrite(fh, data, offset)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._note(Note("truncate", self._file(os.stat(self._at(path)).st_ino), length))
        os.truncate(self._at(path), length)
        return 0

    def unlink(self, path: str) -> int:
        self._note(Note("unlink", name=path))
        os.unlink(self._at(path))
        return 0

    def rename(self, old: str, new: str) -> int:
        self._note(Note("rename", name=old, other=new))
        os.rename(self._at(old), self._at(new))
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        os.mkdir(self._at(path), mode)
        self._belongs_to_caller(path)
        self._note(Note("mkdir", name=path))
        return 0

    def rmdir(self, path: str) -> int:
        self._note(Note("rmdir", name=path))
        os.rmdir(self._at(path))
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._note(Note("sync", self._file(os.fstat(fh).st_ino)))
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._note(Note("syncdir", name=path))
        return 0


OPTIONS = {"allow_other": True, "default_permissions": True} if os.getuid() == 0 else {}
"""As root, PostgreSQL runs as somebody else and has to reach its files."""


def main(behind: Path, mount: Path, notes: Path) -> None:
    """Serve until unmounted."""
    with notes.open("wb", buffering=1 << 20) as file:
        served = Forgetful(behind, file)
        mfusepy.FUSE(served, str(mount), foreground=True, nothreads=True, fsname="forgetful", **OPTIONS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
