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

import memory
from filters import landlock, seccomp
from kernel import (NEWIPC, NEWNET, NEWNS, NEWPID, NEWUSER, NEWUTS, PR_CAPBSET_DROP,
                    PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG,
                    SetupError, check, libc, number, prctl)
from trees import build_root

SETUP_FAILED = 125
SETFCAP = 1 << 31

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
        map_ids(uid, gid)
        die_with_parent(config["parent"])  # a change of credentials had cleared it
    alive, watched = os.pipe()
    child = os.fork()
    if child:
        os.close(alive)
        watch(child)
    os.close(watched)
    try:
        first_process(config, level, alive)
    except SetupError as error:
        report(config, str(error))
        os._exit(SETUP_FAILED)
    except OSError as error:
        report(config, "%s (%s)" % (error, error.filename))
        os._exit(SETUP_FAILED)


def map_ids(uid, gid):
    """In a user namespace of its own, a process is who it was."""
    for name, text in (("setgroups", "deny"), ("uid_map", "%d %d 1" % (uid, uid)),
                       ("gid_map", "%d %d 1" % (gid, gid))):
        with open("/proc/self/" + name, "w") as out:
            out.write(text)


def watch(child, over=None, end=signal.SIGKILL):
    """The outer process: waits for the child, ends everything on SIGTERM, passes the status on.

    `over`: where no first process of a namespace counts memory, what does.
    """
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, end))
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    status = wait_for(child, over)
    end_descendants()
    os._exit(status)


def wait_for(child, over=None):
    """The exit status of a child, reaping others; or that of what a watch found exceeded, which
    a watched child cannot say itself."""
    def ended():
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG if over else 0)
            except ChildProcessError:
                return SETUP_FAILED
            if pid == child and os.WIFSIGNALED(status):
                return 128 + os.WTERMSIG(status)
            if pid == child:
                code = os.WEXITSTATUS(status)
                return 1 if over and code in memory.EXCEEDED else code
            if pid == 0:
                return None

    return memory.wait_watching(over, ended) if over else ended()


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
    if not config.get("forking"):
        die_first()
    build_root(config)
    libc.sethostname(b"bauplan", 7)
    limits(config)
    if level == "A":
        os.setgroups([])
        os.setresgid(config["uid"], config["uid"], config["uid"])
        os.setresuid(config["uid"], config["uid"], config["uid"])
    # Where the engine is root at B, it takes this one to map a call's root to it.
    drop_capabilities(SETFCAP if config.get("forking") and os.getuid() == 0 else 0)
    prctl(PR_SET_DUMPABLE, 1)  # a change of uid hides /proc/self from its own process
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.set_blocking(alive, False)
    try:
        if os.read(alive, 1) == b"":
            os._exit(SETUP_FAILED)  # the watchman is gone already
    except BlockingIOError:
        pass
    check(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
    seccomp(forking=config.get("forking", False))
    child = os.fork()
    if child == 0:
        os.close(alive)
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        return
    null = os.open(os.devnull, os.O_RDWR)
    for number in (1, 2):
        os.dup2(null, number)
    reap(child, None if config.get("forking") else watch_over(config))


def reap(child, over):
    """The first process of a pid namespace ends as the one that it started does, or when its watch
    finds a limit exceeded: then everything in it goes."""
    prctl(PR_SET_DUMPABLE, 0)  # nobody in it looks into this process
    os._exit(wait_for(child, over))


def watch_over(config):
    """What counts a call's memory and processes at A and B, None where nothing is to be counted."""
    # The kernel counts nobody's processes who is root.
    processes = config["processes"] if os.getuid() == 0 else None
    if not config.get("memoryBytes") and not processes:
        return None
    return memory.Watch(total_bytes(config), processes, memory.namespace, ("/tmp", "/dev/shm"))


def total_bytes(config):
    """The most that all processes of a call hold together."""
    most = config.get("memoryBytes")
    # A JVM's heap and its Arrow memory are limited each, and it has memory of its own.
    return 2 * most + (256 << 20) if most and config.get("program") else most


def enter_plain(config, level):
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    watchman = os.getpid()
    child = os.fork()
    if child:
        watch(child, memory.Watch(total_bytes(config), None,
                                  lambda: memory.descendants(watchman))
              if config.get("memoryBytes") else None)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != watchman:
        os._exit(SETUP_FAILED)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    limits(config)
    die_first()
    os.chdir(config["scratch"])
    if level == "C":
        drop_capabilities()
        prctl(PR_SET_DUMPABLE, 1)
        check(prctl(PR_SET_NO_NEW_PRIVS, 1), "no_new_privs")
        landlock(config)
        seccomp(sockets=config["network"])


# -- rights ----------------------------------------------------------------------------------------

def limits(config):
    def most(kind, value):
        soft, hard = resource.getrlimit(kind)
        if hard != resource.RLIM_INFINITY:
            value = min(value, hard)
        resource.setrlimit(kind, (value, value))

    most(resource.RLIMIT_CORE, 0)
    most(resource.RLIMIT_NOFILE, 4096)
    if config.get("fileBytes"):
        most(resource.RLIMIT_FSIZE, config["fileBytes"])
    if config["level"] in ("A", "B") and not config.get("forking"):
        most(resource.RLIMIT_NPROC, config["processes"])


def die_first():
    """Where the machine runs out of memory, a function goes before the engine does."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("1000")
    except OSError:
        pass  # a container may hide it


def limit_memory(config):
    """Last, in the innermost process: what it holds by then counts."""
    if config.get("memoryBytes"):
        resource.setrlimit(resource.RLIMIT_DATA, (config["memoryBytes"], config["memoryBytes"]))


def drop_capabilities(kept=0):
    for capability in range(64):
        if prctl(PR_CAPBSET_DROP, capability) != 0:
            if ctypes.get_errno() == errno.EINVAL:
                break
    header = struct.pack("=Ii", 0x20080522, 0)
    check(libc.syscall(number("capset"), header, struct.pack("=6I", kept, kept, 0, 0, 0, 0)),
          "capset")
