"""What a process may ask of the kernel: seccomp's filter of system calls, Landlock's path rules."""
import ctypes
import errno
import os
import struct

from kernel import (MACHINES, NEWIPC, NEWNET, NEWNS, NEWPID, NEWUSER, NEWUTS, PR_SET_SECCOMP,
                    SetupError, check, libc, number)
from trees import ETC, ETC_NETWORK, SYSTEM

KILLED = ["mount", "umount2", "pivot_root", "setns", "ptrace", "process_vm_readv",
          "process_vm_writev", "kexec_load", "kexec_file_load", "init_module", "finit_module",
          "delete_module", "open_by_handle_at", "reboot", "swapon", "swapoff", "acct", "quotactl",
          "fsopen", "fsconfig", "fsmount", "fspick", "move_mount", "open_tree", "mount_setattr",
          "settimeofday", "clock_settime", "lookup_dcookie"]
# What the process needs that forks functions into namespaces of their own; they get the whole filter.
FORKING = ["mount"]
REFUSED = ["unshare", "bpf", "perf_event_open", "keyctl", "add_key", "request_key", "userfaultfd",
           "io_uring_setup", "io_uring_enter", "io_uring_register", "chroot", "syslog", "vhangup",
           "pidfd_getfd", "process_madvise", "kcmp", "move_pages", "migrate_pages"]
# Memory that belongs to no process, so that nothing would count it; libraries go on without.
ABSENT = ["memfd_create", "memfd_secret", "shmget", "semget", "msgget"]
# What of a process can be changed from outside; its first process must not be.
ABOUT_A_PROCESS = ["prlimit64", "sched_setscheduler", "sched_setparam", "sched_setattr",
                   "sched_setaffinity"]
FAMILIES = [1, 2, 10, 16]  # Unix, IP, IPv6, netlink; namespaces know nothing of some others
MAP_SHARED_ANONYMOUS = 0x21


def seccomp(sockets=True, forking=False):
    """A filter over system calls: what no dataframe code needs ends the process or is refused."""
    kill, allow = 0x80000000, 0x7FFF0000
    refuse = lambda code: 0x00050000 | code  # noqa: E731
    load, jump_equal, jump_set, jump_greater, answer, mask = 0x20, 0x15, 0x45, 0x35, 0x06, 0x54
    argument = lambda index: (load, 0, 0, 16 + 8 * index)  # noqa: E731
    no = (answer, 0, 0, refuse(errno.EPERM))

    def of(name, *lines):
        """Lines for one system call; it is allowed where they end without an answer."""
        return [(jump_equal, 0, len(lines) + 1, number(name)), *lines, (answer, 0, 0, allow)]

    architecture = MACHINES.get(os.uname().machine, (0, 0))[1]
    program = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (answer, 0, 0, kill),
               (load, 0, 0, 0)]
    if os.uname().machine == "x86_64":
        program += [(jump_greater, 0, 1, 0x40000000), (answer, 0, 0, kill)]
    for name in KILLED:
        if forking and name in FORKING:
            continue
        program += [(jump_equal, 0, 1, number(name)), (answer, 0, 0, kill)]
    for name in REFUSED:
        program += [(jump_equal, 0, 1, number(name)), no]
    for name in ABSENT:
        program += [(jump_equal, 0, 1, number(name)), (answer, 0, 0, refuse(errno.ENOSYS))]
    if not sockets:
        program += [(jump_equal, 0, 1, number("socket")), (answer, 0, 0, refuse(errno.EACCES))]
    known = [(jump_equal, len(FAMILIES) - i, 0, family) for i, family in enumerate(FAMILIES)]
    program += of("socket", argument(0), *known, (answer, 0, 0, refuse(errno.EAFNOSUPPORT)))
    program += of("mmap", argument(3), (mask, 0, 0, MAP_SHARED_ANONYMOUS),
                  (jump_equal, 0, 1, MAP_SHARED_ANONYMOUS), no)
    for name in ABOUT_A_PROCESS:
        program += of(name, argument(0), (jump_equal, 0, 1, 1), no)
    program += of("setpriority", argument(0), (jump_equal, 0, 1, 2), no,
                  argument(1), (jump_equal, 0, 1, 1), no)
    # clone3 hides its flags in memory: glibc falls back to clone, whose flags can be read.
    program += [(jump_equal, 0, 1, number("clone3")), (answer, 0, 0, refuse(errno.ENOSYS))]
    spaces = 0 if forking else NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET | 0x02000000
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
SCOPES = 1 | 2  # no abstract socket and no signal to who is outside


def landlock(config):
    """Path rules without any privilege (Linux 5.13 and later)."""
    version = libc.syscall(number("landlock_create_ruleset"), None, ctypes.c_size_t(0),
                           ctypes.c_uint32(1))
    if version < 1:
        raise SetupError("Landlock is not available")
    handled = ALL_FIRST | ((1 << 13) if version >= 2 else 0) | (TRUNCATE if version >= 3 else 0)
    attributes = struct.pack("=Q", handled)
    if version >= 6:
        attributes += struct.pack("=QQ", 0, SCOPES)
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
