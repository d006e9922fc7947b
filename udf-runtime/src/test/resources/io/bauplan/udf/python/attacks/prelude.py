# What every attack begins with. `T` says where the canaries are that the suite has put out.
import ctypes, errno, json, mmap, os, resource, signal, socket, struct, sys, threading, time
import pyarrow as pa

class Breached(BaseException):
  pass

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long

def kernel(number, *arguments):
  plain = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
  answer = libc.syscall(ctypes.c_long(number), *plain)
  if answer < 0:
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
  return answer

def request():
  """What the harness was asked: it is on the stack of the function that it calls."""
  frame = sys._getframe()
  while frame is not None:
    for value in list(frame.f_locals.values()):
      if isinstance(value, dict) and "control" in value and "result" in value:
        return value
    frame = frame.f_back
  raise Breached("the harness hides its request: this attack must be written anew")

def put(place, content):
  with open(place, "wb", closefd=False if isinstance(place, int) else True) as out:
    out.write(content)

def forge(result, control=b'{"status": "ok", "rows": 3, "marks": {}}'):
  """Writes result and outcome as the harness would, and leaves before it can."""
  asked = request()
  put(asked["result"], result)
  put(asked["control"], control)
  os._exit(0)

def arrow(table, **options):
  with pa.BufferOutputStream() as out:
    with pa.ipc.new_file(out, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
      writer.write_table(table)
    return out.getvalue().to_pybytes()

def column(kind, length, *buffers, **more):
  """A column whose buffers are what they are."""
  parts = [None if b is None else pa.py_buffer(b) for b in buffers]
  return pa.table({"x": pa.Array.from_buffers(kind, length, parts, **more)})

def patched(content, old, new, most=8):
  found = content.count(old)
  if not 0 < found <= most:
    raise Breached("found %d times: this attack must be written anew" % found)
  return content.replace(old, new)

def long(number):
  return struct.pack("<q", number)

def input_path():
  return T["input"]

def seize(path, flags=os.O_RDWR):
  """Whether it can be opened; nothing is written."""
  os.close(os.open(path, flags))
