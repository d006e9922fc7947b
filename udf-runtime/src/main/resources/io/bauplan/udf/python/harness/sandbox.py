"""The sandbox of one function, by level:

A  root: an unprivileged uid of its own, namespaces, seccomp, limits
B  user namespaces: the same under the engine's own uid
C  no namespaces: Landlock, seccomp that denies sockets, limits
D  nothing but a session of its own and limits

`enter` forks: the outer process stays as the watchman that dies with the engine (its parent-death
signal is tied to the engine's thread that started it) and takes everything below down with it; at A
and B a first process of the new pid namespace reaps; the innermost one returns from `enter`.
"""
import ctypes
import errno
import json
import os
import resource
import signal
import struct
import sys

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18)
MS_NOATIME, MS_NODIRATIME, MS_RELATIME = 1024, 2048, 1 << 21
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 1, 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
SETUP_FAILED = 125
SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
ETC = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "timezone", "alternatives"]
ETC_NETWORK = ["resolv.conf", "hosts", "nsswitch.conf", "services", "protocols", "ssl", "pki",
               "ca-certificates", "gai.conf", "host.conf"]

libc = ctypes.CDLL(None, use_errno=True)


class SetupError(Exception):
    pass


def check(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise SetupError("%s: %s" % (what, os.strerror(number)))


def prctl(option, value, *more):
    arguments = [ctypes.c_ulong(value)] + [ctypes.c_ulong(m) for m in more]
    arguments += [ctypes.c_ulong(0)] * (4 - len(arguments))
    return libc.prctl(ctypes.c_int(option), *arguments)


def mount(source, target, kind, flags, data=None):
    encode = lambda text: None if text is None else os.fsencode(text)  # noqa: E731
    check(libc.mount(encode(source), encode(target), encode(kind), ctypes.c_ulong(flags),
                     encode(data)), "mount %s" % target)


# -- the processes ---------------------------------------------------------------------------------

def enter(config):
    """Returns in the innermost process only."""
    try:
        os.setsid()
    except OSError:
        pass  # already a session of its own
    die_with_parent(config["parent"])
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    level = config["level"]
    try:
        if level in ("A", "B"):
            enter_namespaces(config, level)
        else:
            enter_plain(config, level)
    except SetupError as error:
        report(config, str(error))
        os._exit(SETUP_FAILED)
    except OSError as error:
        report(config, "%s (%s)" % (error, error.filename))
        os._exit(SETUP_FAILED)


def report(config, message):
    try:
        with open(config["control"], "w") as out:
            json.dump({"status": "setup_failed", "message": message}, out)
    except OSError:
        try:
            os.write(2, ("sandbox: %s\n" % message).encode("utf-8", "replace"))
        except OSError:
            pass


def die_with_parent(parent):
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent and os.getppid() != parent:
        os._exit(SETUP_FAILED)


def enter_namespaces(config, level):
    flags = NEWNS | NEWUTS | NEWIPC | NEWPID
    if not config["network"]:
        flags |= NEWNET
    uid, gid = os.getuid(), os.getgid()
    if level == "B":
        flags |= NEWUSER
    check(libc.unshare(ctypes.c_int(flags)), "unshare")
    if level == "B":
        for name, text in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (uid, uid)),
                           ("gid_map", "%d %d 1" % (gid, gid))):
            with open("/proc/self/" + name, "w") as out:
                out.write(text)
        die_with_parent(config["parent"])  # a change of credentials had cleared it
    alive, watched = os.pipe()
    child = os.fork()
    if child:
        os.close(alive)
        watch(child, lambda: os.kill(child, signal.SIGKILL))
    os.close(watched)
    try:
        first_process(config, level, alive)
    except SetupError as error:
        report(config, str(error))
        os._exit(SETUP_FAILED)
    except OSError as error:
        report(config, "%s (%s)" % (error, error.filename))
        os._exit(SETUP_FAILED)


def watch(child, end):
    """The outer process: waits for the child, ends everything on SIGTERM, passes the status on."""
    signal.signal(signal.SIGTERM, lambda *_: end())
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    while True:
        try:
            _, status = os.waitpid(child, 0)
            break
        except InterruptedError:
            continue
    end_descendants()
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def end_descendants():
    """Without a pid namespace: whatever the function left has been handed to this process."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        me = os.getpid()
        for name in os.listdir("/proc"):
            if name.isdigit():
                try:
                    with open("/proc/%s/stat" % name, "rb") as stat:
                        parent = int(stat.read().rpartition(b")")[2].split()[1])
                    if parent == me:
                        os.kill(int(name), signal.SIGKILL)
                except (OSError, ValueError, IndexError):
                    continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def first_process(config, level, alive):
    """The first process of the pid namespace: builds the root, gives up every right, reaps."""
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    build_root(config)
    libc.sethostname(b"bauplan", 7)
    limits(config)
    if level == "A":
        os.setgroups([])
        os.setresgid(config["uid"], config["uid"], config["uid"])
        os.setresuid(config["uid"], config["uid"], config["uid"])
    drop_capabilities()
    prctl(PR_SET_DUMPABLE, 1)  # a change of uid hides /proc/self from its own process
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.set_blocking(alive, False)
    try:
        if os.read(alive, 1) == b"":
            os._exit(SETUP_FAILED)  # the watchman is gone already
    except BlockingIOError:
        pass
    check(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
    seccomp(config)
    child = os.fork()
    if child == 0:
        os.close(alive)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        return
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    while True:
        try:
            ended, status = os.waitpid(-1, 0)
        except ChildProcessError:
            os._exit(SETUP_FAILED)
        if ended == child:
            os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status)
                     else os.WEXITSTATUS(status))


def enter_plain(config, level):
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    watchman = os.getpid()
    child = os.fork()
    if child:
        watch(child, lambda: os.kill(child, signal.SIGKILL))
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != watchman:
        os._exit(SETUP_FAILED)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    limits(config)
    os.chdir(config["scratch"])
    if level == "C":
        check(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
        landlock(config)
        seccomp(config, sockets=config["network"])


# -- the file system -------------------------------------------------------------------------------

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
    for name, size in (("tmp", config["scratchBytes"]), ("dev", None)):
        os.makedirs(root + "/" + name, 0o755)
    mount("tmpfs", root + "/tmp", "tmpfs", MS_NOSUID | MS_NODEV,
          "mode=1777,size=%d" % config["scratchBytes"])
    mount("tmpfs", root + "/dev", "tmpfs", MS_NOSUID, "mode=0755,size=64k")
    for name in ("null", "zero", "full", "random", "urandom"):
        bind("/dev/" + name, root + "/dev/" + name, device=True)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, root + "/dev/" + name)
    os.makedirs(root + "/dev/shm")
    mount("tmpfs", root + "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV,
          "mode=1777,size=%d" % config["scratchBytes"])
    os.makedirs(root + "/proc", 0o555)
    try:
        mount("proc", root + "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY)
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


# -- rights ----------------------------------------------------------------------------------------

def limits(config):
    def most(kind, value):
        soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))

    most(resource.RLIMIT_CORE, 0)
    most(resource.RLIMIT_NOFILE, 4096)
    most(resource.RLIMIT_FSIZE, config["fileBytes"])
    if config["level"] in ("A", "B"):
        most(resource.RLIMIT_NPROC, config["processes"])


def limit_memory(config):
    """Last, in the innermost process: what it holds by then counts."""
    if config.get("memoryBytes"):
        resource.setrlimit(resource.RLIMIT_DATA, (config["memoryBytes"], config["memoryBytes"]))


def drop_capabilities():
    for capability in range(64):
        if prctl(PR_CAPBSET_DROP, capability) != 0:
            if ctypes.get_errno() == errno.EINVAL:
                break
    header = struct.pack("=Ii", 0x20080522, 0)
    check(libc.syscall(number("capset"), header, bytes(24)), "capset")


NUMBERS = {
    # name: (x86_64, aarch64)
    "pivot_root": (155, 41), "capset": (126, 91), "socket": (41, 198), "clone": (56, 220),
    "clone3": (435, 435), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40),
    "umount2": (166, 39), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "bpf": (321, 280), "perf_event_open": (298, 241), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "userfaultfd": (323, 282), "open_by_handle_at": (304, 265),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "quotactl": (179, 60), "chroot": (161, 51), "fsopen": (430, 430), "fsconfig": (431, 431),
    "fsmount": (432, 432), "fspick": (433, 433), "move_mount": (429, 429), "open_tree": (428, 428),
    "mount_setattr": (442, 442), "settimeofday": (164, 170), "clock_settime": (227, 112),
    "syslog": (103, 116), "vhangup": (153, 58), "lookup_dcookie": (212, 18),
    "landlock_create_ruleset": (444, 444), "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
KILLED = ["mount", "umount2", "pivot_root", "setns", "ptrace", "process_vm_readv",
          "process_vm_writev", "kexec_load", "kexec_file_load", "init_module", "finit_module",
          "delete_module", "open_by_handle_at", "reboot", "swapon", "swapoff", "acct", "quotactl",
          "fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree", "mount_setattr",
          "settimeofday", "clock_settime", "lookup_dcookie"]
REFUSED = ["unshare", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd",
           "io_uring_setup", "io_uring_enter", "io_uring_register", "chroot", "syslog", "vhangup"]
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


def number(name):
    machine = os.uname().machine
    if machine not in MACHINES:
        raise SetupError("no system call numbers for %s" % machine)
    return NUMBERS[name][MACHINES[machine][0]]


def seccomp(config, sockets=True):
    """A filter over system calls: what no dataframe code needs ends the process or is refused."""
    kill, allow = 0x80000000, 0x7FFF0000
    refuse = lambda code: 0x00050000 | code  # noqa: E731
    load, jump_equal, jump_set, jump_greater, answer = 0x20, 0x15, 0x45, 0x35, 0x06
    architecture = MACHINES.get(os.uname().machine, (0, 0))[1]
    program = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (answer, 0, 0, kill),
               (load, 0, 0, 0)]
    if os.uname().machine == "x86_64":
        program += [(jump_greater, 0, 1, 0x40000000), (answer, 0, 0, kill)]
    for name in KILLED:
        program += [(jump_equal, 0, 1, number(name)), (answer, 0, 0, kill)]
    for name in REFUSED:
        program += [(jump_equal, 0, 1, number(name)), (answer, 0, 0, refuse(errno.EPERM))]
    if not sockets:
        program += [(jump_equal, 0, 1, number("socket")), (answer, 0, 0, refuse(errno.EACCES))]
    # clone3 hides its flags in memory: glibc falls back to clone, whose flags can be read.
    program += [(jump_equal, 0, 1, number("clone3")), (answer, 0, 0, refuse(errno.ENOSYS))]
    spaces = NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | 0x02000000
    program += [(jump_equal, 0, 3, number("clone")), (load, 0, 0, 16), (jump_set, 0, 1, spaces),
                (answer, 0, 0, refuse(errno.EPERM)), (answer, 0, 0, allow)]
    code = b"".join(struct.pack("=HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    filter_ = Program(len(program), ctypes.cast(buffer, ctypes.c_void_p))
    result = libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(2), ctypes.byref(filter_), ctypes.c_ulong(0),
                        ctypes.c_ulong(0))
    check(result, "seccomp")


READ_FILE, READ_DIR, EXECUTE, WRITE_FILE = 1 << 2, 1 << 3, 1 << 0, 1 << 1
ALL_FIRST = (1 << 13) - 1
TRUNCATE = 1 << 14


def landlock(config):
    """Path rules without any privilege (Linux 5.13 and later)."""
    version = libc.syscall(number("landlock_create_ruleset"), None, ctypes.c_size_t(0),
                           ctypes.c_uint32(1))
    if version < 1:
        raise SetupError("Landlock is not available")
    handled = ALL_FIRST | ((1 << 13) if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("=Q", handled)
    ruleset = libc.syscall(number("landlock_create_ruleset"), attributes,
                           ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if ruleset < 0:
        raise SetupError("Landlock: %s" % os.strerror(ctypes.get_errno()))
    read = READ_FILE | READ_DIR | EXECUTE
    rules = [(path, read) for path in SYSTEM + config["visible"]]
    rules += [("/etc/" + name, read) for name in ETC + (ETC_NETWORK if config["network"] else [])]
    rules += [("/dev/null", READ_FILE | WRITE_FILE), ("/dev/zero", READ_FILE),
              ("/dev/urandom", READ_FILE), ("/dev/random", READ_FILE)]
    rules += [(path, READ_FILE | WRITE_FILE | (handled & TRUNCATE)) for path in config["writable"]]
    rules += [(config["scratch"], handled & ~(1 << 6 | 1 << 11))]
    for path, access in rules:
        if os.path.exists(path):
            if not os.path.isdir(path):
                access &= READ_FILE | WRITE_FILE | EXECUTE | TRUNCATE
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            rule = struct.pack("=Qi", access & handled, descriptor)
            failed = libc.syscall(number("landlock_add_rule"), ctypes.c_int(ruleset),
                                  ctypes.c_int(1), rule, ctypes.c_uint32(0))
            os.close(descriptor)
            if failed:
                raise SetupError("Landlock %s: %s" % (path, os.strerror(ctypes.get_errno())))
    if libc.syscall(number("landlock_restrict_self"), ctypes.c_int(ruleset), ctypes.c_uint32(0)):
        raise SetupError("Landlock: %s" % os.strerror(ctypes.get_errno()))
    os.close(ruleset)
