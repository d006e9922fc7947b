"""Counts what all processes of one sandbox hold together, and how many they are.

The kernel's limit (RLIMIT_DATA) counts for each process by itself; without a cgroup of its own, which
only few may make, nothing bounds the sum. So the process that waits for a function anyway looks
around: the sooner the closer the sum is to its limit.
"""
import os
import signal

MEMORY_EXCEEDED, PROCESSES_EXCEEDED = 124, 123  # exit statuses that `OutcomeReader` knows
EXCEEDED = (MEMORY_EXCEEDED, PROCESSES_EXCEEDED)
SLACK = 32 << 20  # what the harness itself holds beyond its limited kinds
FASTEST = 4 << 30  # bytes a second that processes can take
SOONEST, LATEST = 0.01, 0.25


class Watch:
    """Over the memory (none: not counted) and the number of processes of a sandbox.

    `processes` lists their ids; `folders` are file systems in memory that only they write to.
    """

    def __init__(self, most_bytes, most_processes, processes, folders=()):
        self.most = most_bytes + SLACK if most_bytes else None
        self.most_processes = most_processes
        self.processes, self.folders = processes, folders
        self.wait = SOONEST

    def verdict(self):
        """The exit status that tells what was exceeded, or None."""
        pids = self.processes()
        if self.most_processes and len(pids) > self.most_processes:
            return PROCESSES_EXCEEDED
        self.wait = LATEST
        if self.most:
            files = sum(used(folder) for folder in self.folders)
            held = files + sum(resident(pid) for pid in pids)
            if held > self.most:
                held = files + sum(share(pid) for pid in pids)
            if held > self.most:
                return MEMORY_EXCEEDED
            self.wait = max(SOONEST, min(LATEST, (self.most - held) / FASTEST))
        return None


def wait_watching(watch, ended):
    """Calls `ended` whenever a child may have ended, until it answers; what it answers, or the
    status of what was exceeded."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        answer = ended()
        if answer is not None:
            return answer
        try:
            exceeded = watch.verdict()
        except (OSError, ValueError, MemoryError):
            exceeded = MEMORY_EXCEEDED  # one that cannot look must not let it run
        if exceeded is not None:
            return exceeded
        signal.sigtimedwait({signal.SIGCHLD}, watch.wait)


def namespace():
    """Everybody in this pid namespace but its first process."""
    return [name for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def descendants(root):
    """All below a process, for where there is no namespace."""
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        try:
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, task)) as children:
                    todo += [int(child) for child in children.read().split()]
        except OSError:
            continue
        found.append(pid)
    return found[1:]


def numbers(path, wanted):
    """The sum of some of a file's lines `Name: number kB`."""
    total = 0
    with open(path) as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name in wanted:
                total += int(value.split()[0]) << 10
    return total


def resident(pid):
    """Memory of its own, counting what it shares with a parent as its own too; page tables."""
    try:
        return numbers("/proc/%s/status" % pid, ("RssAnon", "VmSwap", "VmPTE"))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def share(pid):
    """The same with its share of what it has in common with others; dear, so asked for late."""
    try:
        return numbers("/proc/%s/smaps_rollup" % pid, ("Pss_Anon", "SwapPss")) + numbers(
            "/proc/%s/status" % pid, ("VmPTE",))
    except (FileNotFoundError, ProcessLookupError):
        return 0
    except PermissionError:
        return resident(pid)  # it hides: all counts


def used(folder):
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize
