"""Stands between the engine and one zygote: outside of the sandbox, so that it can open what a call
is given, and without any code but this.

The engine writes requests to its stdin, one line of JSON each, and reads events from its stdout:

    {"call": ID, "stdout": FD, "stderr": FD, "control": PATH, "result": PATH, "tables": [PATH],
     "segments": [...], "function": {...}, "limits": {...}}      {"end": ID}
    {"event": "ready" | "unfit" | "threads" | "started" | "failed" | "ended", ...}

The zygote gets from it, over a socket that no function inherits, a number for each call and one end
of a socket pair. The forked child finds its request and its descriptors there, and nothing else:
whatever a function writes anywhere, it does not reach the gate once it has begun.
"""
import array
import fcntl
import json
import os
import select
import socket
import struct

import calls
import sandbox
import segments

CALL, END, EXITED, READY, UNFIT, THREADS = b"c", b"e", b"x", b"r", b"u", b"t"
MESSAGE = struct.Struct("=cqi")  # kind, call, status or length of what follows
MAX_MESSAGE = 1 << 16
DESCRIPTORS_AT_ONCE = 200  # the kernel takes at most 253
BEGINS = b"b"


def run(request):
    """Never returns."""
    config = request["sandbox"]
    engine = config["parent"]
    sandbox.die_with_parent(engine)
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)  # what a package prints when it is imported goes to the engine's log
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    config["parent"] = os.getpid()
    if os.fork() == 0:
        for descriptor in (null, requests, answers):
            os.close(descriptor)
        ours.close()
        sandbox.enter(config)
        import zygote
        zygote.run(request["zygote"], config, theirs)
    theirs.close()
    Gate(engine, requests, answers, ours).serve()


class Call:
    def __init__(self, number, channel, result):
        self.number, self.channel, self.result = number, channel, result
        self.begun, self.problem = False, ""


class Gate:
    def __init__(self, engine, requests, answers, zygote):
        self.engine, self.requests, self.answers, self.zygote = engine, requests, answers, zygote
        self.partial = b""
        self.calls = {}
        self.poll = select.poll()
        self.by_descriptor = {}

    def serve(self):
        for source in (self.requests, self.zygote.fileno()):
            self.poll.register(source, select.POLLIN)
        while True:
            for source, _ in self.poll.poll():
                if source == self.requests:
                    self.read_requests()
                elif source == self.zygote.fileno():
                    self.read_zygote()
                elif source in self.by_descriptor:
                    self.read_child(self.by_descriptor[source])

    def tell(self, event, **more):
        line = json.dumps(dict(more, event=event)).encode("utf-8") + b"\n"
        try:
            while line:
                line = line[os.write(self.answers, line):]
        except OSError:
            os._exit(0)  # the engine is gone

    # -- from the engine ---------------------------------------------------------------------------

    def read_requests(self):
        read = os.read(self.requests, 1 << 20)
        if not read:
            os._exit(0)  # everything below dies with this process
        *lines, self.partial = (self.partial + read).split(b"\n")
        for line in lines:
            request = json.loads(line.decode("utf-8"))
            if "call" in request:
                self.begin(request)
            elif request["end"] in self.calls:
                self.zygote.sendall(MESSAGE.pack(END, request["end"], 0))

    def begin(self, request):
        opened, channel = [], None
        try:
            self.open_all(request, opened)
            channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            with theirs:
                self.zygote.sendmsg([MESSAGE.pack(CALL, request["call"], 0)],
                                    [descriptors([theirs.fileno()])])
            send(channel, request, opened)
        except OSError as error:
            if channel is not None:
                channel.close()
            self.tell("failed", call=request["call"], message="%s (%s)" % (error, error.filename))
            return
        finally:
            for descriptor in opened:
                os.close(descriptor)
        call = Call(request["call"], channel, request["result"])
        self.calls[call.number] = self.by_descriptor[channel.fileno()] = call
        self.poll.register(channel.fileno(), select.POLLIN)

    def open_all(self, request, opened):
        """stdout, stderr, control and result, the socket for rows where there is one, then the
        tables, then the segments."""
        for descriptor in (request["stdout"], request["stderr"]):
            opened.append(os.open("/proc/%d/fd/%d" % (self.engine, descriptor),
                                  os.O_WRONLY | os.O_CLOEXEC))
        opened.append(os.open(request["control"], os.O_WRONLY | os.O_CLOEXEC))
        opened.append(os.open(request["result"], os.O_RDWR | os.O_CLOEXEC))
        if request["function"].get("exchange"):
            opened.append(calls.connect(request["function"]["exchange"]))
        for table in request["tables"]:
            opened.append(os.open(table, os.O_RDONLY | os.O_CLOEXEC))
        for segment in request["segments"]:
            opened.append(segments.open_one(self.engine, segment))

    # -- from the zygote and its children ----------------------------------------------------------

    def read_zygote(self):
        packet = self.zygote.recv(MAX_MESSAGE)
        if not packet:
            os._exit(sandbox.SETUP_FAILED)  # the zygote is dead, and its children with it
        kind, number, status = MESSAGE.unpack_from(packet)
        more = packet[MESSAGE.size:].decode("utf-8", "replace")
        if kind == READY:
            self.tell("ready", bytes=number)
        elif kind == UNFIT:
            self.tell("unfit", message=more)
        elif kind == THREADS:
            self.tell("threads", module=more)
        elif kind == EXITED and number in self.calls:
            self.ended(self.calls[number], status)

    def read_child(self, call):
        """What a child says before it runs the function, and nothing after that."""
        try:
            said = call.channel.recv(MAX_MESSAGE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        if said == BEGINS:
            call.begun = True
            self.tell("started", call=call.number)
        elif said:
            call.problem = said.decode("utf-8", "replace")
        if call.channel.fileno() in self.by_descriptor:
            self.poll.unregister(call.channel.fileno())
            del self.by_descriptor[call.channel.fileno()]

    def ended(self, call, status):
        if call.channel.fileno() in self.by_descriptor:
            self.read_child(call)
        call.channel.close()
        del self.calls[call.number]
        if not call.begun:
            self.tell("failed", call=call.number, message=call.problem or "exit status %d" % status)
        elif is_written_to(call.result):
            # Nothing of a call may be alive when its result is read: this zygote is not to be believed.
            os._exit(sandbox.SETUP_FAILED)
        else:
            self.tell("ended", call=call.number, status=status)


def is_written_to(path):
    """Whether any process still holds a file open for writing, or mapped: the kernel leases it to a
    reader only where there is none."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    except OSError:
        return True
    finally:
        os.close(descriptor)


def descriptors(numbers):
    return socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", numbers)


def send(channel, request, opened):
    """The request and the descriptors that belong to it, for `receive` in the child."""
    body = json.dumps({k: request[k] for k in ("function", "limits", "segments")}).encode("utf-8")
    body = struct.pack("=qi", len(body), len(opened)) + body
    at = 0
    for start in range(0, len(opened), DESCRIPTORS_AT_ONCE):
        part = opened[start:start + DESCRIPTORS_AT_ONCE]
        at += channel.sendmsg([body[at:at + 1]], [descriptors(part)])
    channel.sendall(body[at:])
