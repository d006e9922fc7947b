"""What a sandboxed process sees of the file system: a root of its own, built of read-only binds."""
import os

from kernel import (MS_BIND, MS_NODEV, MS_NOEXEC, MS_NOSUID, MS_PRIVATE, MS_RDONLY, MS_REC, MS_REMOUNT,
                    SetupError, check, libc, mount, number)

MS_NOATIME, MS_NODIRATIME, MS_RELATIME = 1024, 2048, 1 << 21
MNT_DETACH = 2
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
ETC = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "alternatives"]
ETC_NETWORK = ["resolv.conf", "hosts", "nsswitch.conf", "services", "protocols", "ssl", "pki",
               "ca-certificates", "gai.conf", "host.conf"]


def build_root(config):
    root = config["root"]
    mount("none", "/", None, MS_REC | MS_PRIVATE)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=16m")
    for path in SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), root + path)
        elif os.path.isdir(path):
            bind(path, root + path)
    os.makedirs(root + "/etc", 0o755)
    for name in ETC + (ETC_NETWORK if config["network"] else []):
        path = "/etc/" + name
        if os.path.exists(path):
            bind(os.path.realpath(path), root + path)
    write(root + "/etc/passwd", "user:x:%d:%d:user:/tmp:/bin/sh\n" % (config["uid"], config["uid"]))
    write(root + "/etc/group", "user:x:%d:\n" % config["uid"])
    os.makedirs(root + "/tmp", 0o755)
    os.makedirs(root + "/dev", 0o755)
    mount("tmpfs", root + "/dev", "tmpfs", MS_NOSUID, "mode=0755,size=64k")
    for name in ("null", "full", "random", "urandom"):
        bind("/dev/" + name, root + "/dev/" + name, device=True)
    # It reads the same, but cannot be mapped: pages mapped from /dev/zero are memory without an owner.
    bind("/dev/full", root + "/dev/zero", device=True)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, root + "/dev/" + name)
    os.makedirs(root + "/dev/shm")
    mount_scratch(config, root)
    os.makedirs(root + "/proc", 0o555)
    try:
        # A process that forks functions tells their user namespaces whom they map.
        mount_proc(root, writable=config.get("forking", False))
    except SetupError:
        pass  # a container that masks parts of /proc forbids it; Python runs without
    for path in config["visible"]:
        if not any(path == s or path.startswith(s + "/") for s in SYSTEM if not os.path.islink(s)):
            bind(path, root + path)
    for path in config["writable"]:
        if config["level"] == "A":
            os.chown(path, config["uid"], config["uid"])
        bind(path, root + path, writable=True)
    os.chdir(root)
    check(libc.syscall(number("pivot_root"), b".", b"."), "pivot_root")
    check(libc.umount2(b".", MNT_DETACH), "umount")
    mount("none", "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV)
    os.chdir("/tmp")


def mount_scratch(config, root=""):
    """A `/tmp` and a `/dev/shm` of its own."""
    for folder in ("/tmp", "/dev/shm"):
        mount("tmpfs", root + folder, "tmpfs", MS_NOSUID | MS_NODEV,
              "mode=1777,size=%d" % config["scratchBytes"])


def renew_scratch(config):
    """Empty ones in place of those of the process that this one was forked from; what is visible
    below them (a store of packages may lie in `/tmp`) stays."""
    kept = [(path, os.open(path, os.O_PATH)) for path in config["visible"]
            if path.startswith(("/tmp/", "/dev/shm/")) and os.path.exists(path)]
    mount_scratch(config)
    for path, held in kept:
        bind("/proc/self/fd/%d" % held, path)
        os.close(held)


def mount_proc(root="", writable=False):
    """The processes of its own namespace."""
    mount("proc", root + "/proc", "proc",
          MS_NOSUID | MS_NODEV | MS_NOEXEC | (0 if writable else MS_RDONLY))


def bind(source, target, writable=False, device=False):
    if os.path.isdir(source):
        os.makedirs(target, 0o755, exist_ok=True)
    elif not os.path.exists(target):
        os.makedirs(os.path.dirname(target), 0o755, exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    mount(source, target, None, MS_BIND | MS_REC)
    flags = MS_REMOUNT | MS_BIND | MS_NOSUID
    flags |= 0 if device else MS_NODEV
    flags |= 0 if writable or device else MS_RDONLY
    flags |= MS_NOEXEC if writable else 0
    have = os.statvfs(target).f_flag
    for shown, wanted in ((1, MS_RDONLY), (2, MS_NOSUID), (4, 0 if device else MS_NODEV),
                          (8, MS_NOEXEC), (1024, MS_NOATIME), (2048, MS_NODIRATIME),
                          (4096, MS_RELATIME)):
        if have & shown:
            flags |= wanted
    if device and have & 4:
        flags |= MS_NODEV
    mount("none", target, None, flags)


def write(path, text):
    with open(path, "w") as out:
        out.write(text)
