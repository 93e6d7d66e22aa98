"""A file system that forgets what was not synced: it notes every operation, so that the power may be cut after each.

    python -m tests.campaign.forgetful <folder behind it> <where to mount it> <file for the notes> [<file of switches>]

What is read and written goes through to the folder behind. The notes hold each write with its bytes and each sync, in
the order in which they happened (the loop is single-threaded); `power_cut.py` makes from them the disk as it could be
found after a cut. One run so gives as many cuts as it has operations. After LazyFS (Ramos et al., VLDB 2024) and ALICE
(Pillai et al., OSDI 2014).

With a file of switches it is also a bad disk: full, read-only, slow or failing, changed while it is in use.
"""

import errno
import os
import sys
import time
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


class Switches(msgspec.Struct, frozen=True):
    """How bad the disk is just now. What lies where something lay before needs no room: only growth is refused."""

    capacity_bytes: int = 0
    """0: as much as the disk behind has."""
    read_only: bool = False
    fails: bool = False
    """Writes and syncs report EIO."""
    sync_s: float = 0.0
    """How long a sync takes. It holds up everything else, as a disk does that is busy."""


class BadDisk:
    """Reads the switches again whenever their file has changed."""

    def __init__(self, path: Path | None, behind: Path) -> None:
        self._path, self._behind = path, behind
        self._seen_ns = 0
        self._switches = Switches()
        self.used_bytes = sum(file.stat().st_size for file in behind.rglob("*") if file.is_file())

    def now(self) -> Switches:
        if self._path is not None:
            seen_ns = self._path.stat().st_mtime_ns
            if seen_ns != self._seen_ns:
                self._seen_ns, self._switches = seen_ns, msgspec.json.decode(self._path.read_bytes(), type=Switches)
        return self._switches

    def refuse(self, path: str, grows_by: int) -> None:
        """Raises what such a disk says to a change. The shared memory of SQLite is left alone: it is memory that only
        has a name here, and what a failing disk keeps of it nobody ever reads."""
        now = self.now()
        if path.endswith("-shm"):
            return
        if now.read_only:
            raise mfusepy.FuseOSError(errno.EROFS)
        if now.fails:
            raise mfusepy.FuseOSError(errno.EIO)
        if now.capacity_bytes and grows_by > 0 and self.used_bytes + grows_by > now.capacity_bytes:
            raise mfusepy.FuseOSError(errno.ENOSPC)

    def free_bytes(self) -> int | None:
        capacity = self.now().capacity_bytes
        return max(0, capacity - self.used_bytes) if capacity else None


class Forgetful(mfusepy.Operations):  # type: ignore[misc]
    """Everything passes through; what changes a file or a name, and what syncs, is noted first."""

    use_ns = True

    def __init__(self, behind: Path, notes: BinaryIO | None, switches: Path | None = None) -> None:
        """Without `notes` nothing is noted: a bad disk is used for long."""
        self._behind, self._notes = str(behind), notes
        self._disk = BadDisk(switches, behind)
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
        if self._notes is None:
            return
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
        held = {f"f_{name}": getattr(found, f"f_{name}") for name in names}
        free = self._disk.free_bytes()
        if free is not None:
            capacity = self._disk.now().capacity_bytes
            held |= {"f_frsize": BLOCK, "f_bsize": BLOCK, "f_blocks": capacity // BLOCK}
            held |= {"f_bavail": free // BLOCK, "f_bfree": free // BLOCK}
        return held

    def open(self, path: str, flags: int) -> int:
        if flags & os.O_TRUNC:
            self._disk.refuse(path, 0)
            self._disk.used_bytes -= os.stat(self._at(path)).st_size
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
        self._disk.refuse(path, 1)
        handle = os.open(self._at(path), os.O_CREAT | os.O_RDWR | os.O_TRUNC, mode)
        self._belongs_to_caller(path)
        self._note(Note("create", self._file(os.fstat(handle).st_ino, new=True), name=path))
        return handle

    def _belongs_to_caller(self, path: str) -> None:
        user, group, _ = mfusepy.fuse_get_context()
        os.chown(self._at(path), user, group)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        grows_by = max(0, offset + len(data) - os.fstat(fh).st_size)
        self._disk.refuse(path, grows_by)
        self._note(Note("write", self._file(os.fstat(fh).st_ino), offset, bytes(data)))
        written = os.pwrite(fh, data, offset)
        self._disk.used_bytes += grows_by
        return written

    def fallocate(self, path: str, mode: int, offset: int, length: int, fh: int) -> int:
        size = os.fstat(fh).st_size
        grows_by = max(0, offset + length - size)
        self._disk.refuse(path, grows_by)
        os.ftruncate(fh, size + grows_by)
        self._disk.used_bytes += grows_by
        return 0

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        grows_by = length - os.stat(self._at(path)).st_size
        self._disk.refuse(path, grows_by)
        self._disk.used_bytes += grows_by
        self._note(Note("truncate", self._file(os.stat(self._at(path)).st_ino), length))
        os.truncate(self._at(path), length)
        return 0

    def unlink(self, path: str) -> int:
        self._disk.refuse(path, 0)
        self._note(Note("unlink", name=path))
        size = os.lstat(self._at(path)).st_size
        os.unlink(self._at(path))
        self._disk.used_bytes -= size
        return 0

    def rename(self, old: str, new: str) -> int:
        self._disk.refuse(old, 0)
        if os.path.exists(self._at(new)):
            self._disk.used_bytes -= os.lstat(self._at(new)).st_size
        self._note(Note("rename", name=old, other=new))
        os.rename(self._at(old), self._at(new))
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        self._disk.refuse(path, 1)
        os.mkdir(self._at(path), mode)
        self._belongs_to_caller(path)
        self._note(Note("mkdir", name=path))
        return 0

    def rmdir(self, path: str) -> int:
        self._note(Note("rmdir", name=path))
        os.rmdir(self._at(path))
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        time.sleep(self._disk.now().sync_s)
        self._disk.refuse(path, 0)
        self._note(Note("sync", self._file(os.fstat(fh).st_ino)))
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._note(Note("syncdir", name=path))
        return 0


BLOCK = 4_096

OPTIONS = {"allow_other": True, "default_permissions": True} if os.getuid() == 0 else {}
"""As root, PostgreSQL runs as somebody else and has to reach its files."""


def main(behind: Path, mount: Path, notes: Path, switches: Path | None = None) -> None:
    """Serve until unmounted. A bad disk takes no notes."""
    with notes.open("wb", buffering=1 << 20) as file:
        served = Forgetful(behind, file if switches is None else None, switches)
        mfusepy.FUSE(served, str(mount), foreground=True, nothreads=True, fsname="forgetful", **OPTIONS)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
