"""A process that has the declared packages imported and forks a child for each call.

It lives in a sandbox of its own, never sees user code or data, and has exactly one thread, so that
a fork finds every lock free.
"""
import ctypes
import gc
import os
import select
import signal
import socket
import sys

import child
import function
import packages
from gate import CALL, END, EXITED, MAX_MESSAGE, MESSAGE, READY, THREADS, UNFIT
from kernel import NEWIPC, NEWNET, NEWNS, NEWPID, NEWUSER, NEWUTS, number

SPACES = NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS
CANNOT_BEGIN = "the sandbox of a call cannot be set up: "


def run(request, config, control):
    """Never returns."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    function.prepare_path(request["path"])
    culprit = packages.warm(request["declared"], request["skip"])
    if culprit:
        control.sendall(MESSAGE.pack(THREADS, 0, 0) + culprit.encode("utf-8"))
        os._exit(1)
    zygote = Zygote(config, control)
    function.known_harness = function.harness_modules()
    gc.collect()
    gc.freeze()
    problem = zygote.rehearse()
    if problem:
        control.sendall(MESSAGE.pack(UNFIT, 0, 0) + (CANNOT_BEGIN + problem).encode("utf-8"))
        os._exit(1)
    control.sendall(MESSAGE.pack(READY, private_bytes(), 0))
    zygote.serve()


def private_bytes():
    with open("/proc/self/statm") as statm:
        _, resident, shared = statm.read().split()[:3]
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGESIZE")


class Zygote:
    def __init__(self, config, control):
        self.config, self.control = dict(config, ids=(os.getuid(), os.getgid())), control
        self.calls = {}  # pid of the first process of a call -> call
        self.clone = ctypes.PyDLL(None, use_errno=True).syscall
        self.clone.restype = ctypes.c_long
        self.clone.argtypes = [ctypes.c_long, ctypes.c_ulong] + [ctypes.c_void_p] * 4
        self.clone_number = number("clone")
        self.woken, self.waker = os.pipe()
        for end in (self.woken, self.waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def fork(self, channel):
        """The pid of the first process of the call's own namespaces.

        `os.fork` cannot make namespaces. This first process only builds the place and waits: the
        function runs in a child that it forks in the ordinary way.
        """
        pid = self.clone(self.clone_number, SPACES | signal.SIGCHLD, None, None, None, None)
        if pid == 0:
            child.run(self.config, channel, [self.control.fileno(), self.woken, self.waker])
        if pid < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return pid

    def rehearse(self):
        """Why a child cannot be put into its place; empty where it can."""
        ours, theirs = socket.socketpair()
        with ours, theirs:
            try:
                pid = self.fork(theirs)
            except OSError as error:
                return str(error)
            theirs.close()
            ours.shutdown(socket.SHUT_WR)
            problem = ours.recv(MAX_MESSAGE).decode("utf-8", "replace")
            _, status = os.waitpid(pid, 0)
            return "" if status == 0 else problem or "status %d" % status

    def serve(self):
        poll = select.poll()
        poll.register(self.woken, select.POLLIN)
        poll.register(self.control, select.POLLIN)
        while True:
            for source, _ in poll.poll():
                if source == self.woken:
                    os.read(self.woken, 4096)
                    self.reap()
                else:
                    self.take()

    def reap(self):
        while self.calls:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self.calls:
                code = 128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                self.control.sendall(MESSAGE.pack(EXITED, self.calls.pop(pid), code))

    def take(self):
        packet, extra, _, _ = self.control.recvmsg(MESSAGE.size, socket.CMSG_SPACE(4))
        if not packet:
            os._exit(0)
        kind, call, _ = MESSAGE.unpack(packet)
        if kind == CALL:
            descriptor = int.from_bytes(extra[0][2][:4], sys.byteorder)
            with socket.socket(fileno=descriptor) as channel:
                try:
                    self.calls[self.fork(channel)] = call
                except OSError as error:
                    channel.sendall(str(error).encode("utf-8"))
                    self.control.sendall(MESSAGE.pack(EXITED, call, 1))
        elif kind == END:
            for pid, number_ in self.calls.items():
                if number_ == call:
                    os.kill(pid, signal.SIGKILL)
