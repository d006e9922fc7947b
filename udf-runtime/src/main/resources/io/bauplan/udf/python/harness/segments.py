"""Columns that the engine keeps in shared memory, mapped where they lie.

Before the sandbox is entered, the launcher opens each segment that the call was given through the
engine's own descriptor, maps it for reading and closes it again: the function's process holds the
mappings and no descriptor. The segments are sealed, so that nobody can write to them at all.
"""
import base64
import ctypes
import mmap
import os

libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int,
                      ctypes.c_long]
EMPTY = bytes(64)
NORESERVE, FIXED = 0x4000, 0x10
FAILED = ctypes.c_void_p(-1).value


def map_all(engine, segments):
    """The addresses of the segments, in their order."""
    return [map_one(engine, segment) for segment in segments]


def map_one(engine, segment):
    descriptor = open_one(engine, segment)
    try:
        return map_segment(descriptor, segment)
    finally:
        os.close(descriptor)


def open_one(engine, segment):
    path = segment.get("path") or "/proc/%d/fd/%d" % (engine, segment["file"])
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def map_segment(descriptor, segment):
    if os.fstat(descriptor).st_ino != segment.get("inode", os.fstat(descriptor).st_ino):
        raise OSError("a descriptor is not the segment that was given")
    return map_written(descriptor, segment)


def map_tables(function, descriptors):
    """Address and length of each table's file."""
    tables = [p for p in function["parameters"] if p["kind"] == "table"]
    return [(map_written(descriptor, table), table["bytes"])
            for descriptor, table in zip(descriptors, tables)]


def map_table_paths(function):
    descriptors = []
    try:
        for parameter in function["parameters"]:
            if parameter["kind"] == "table":
                descriptors.append(os.open(parameter["path"], os.O_RDONLY | os.O_CLOEXEC))
        return map_tables(function, descriptors)
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def map_written(descriptor, described):
    """Maps what was written of a file, as the engine tells, and zeros elsewhere: pages that nobody
    wrote would become memory of the machine when they are read."""
    length, written = described["bytes"], described["written"]
    if os.fstat(descriptor).st_size != length:
        raise OSError("a file has not the length that was given")
    address = checked(libc.mmap(None, length, mmap.PROT_READ,
                                mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | NORESERVE, -1, 0))
    for start, end in zip(written[::2], written[1::2]):
        checked(libc.mmap(address + start, end - start, mmap.PROT_READ, mmap.MAP_SHARED | FIXED,
                          descriptor, start))
    return address


def checked(address):
    if address == FAILED:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return address


def table(pa, parameter, addresses):
    """A table over mapped columns: a chunk for each of its batches, none copied."""
    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(parameter["schema"])))
    columns = []
    for index, field in enumerate(schema):
        chunks = [Column(pa, batch[index], addresses).array(field.type)
                  for batch in parameter["batches"]]
        columns.append(pa.chunked_array(chunks, field.type))
    return pa.Table.from_arrays(columns, schema=schema)


class Column:
    """Walks one column's nodes and buffers as Arrow lays them out."""

    def __init__(self, pa, column, addresses):
        self.pa, self.base = pa, addresses[column["segment"]]
        self.nodes, self.buffers = iter(column["nodes"]), iter(column["buffers"])

    def array(self, kind):
        pa = self.pa
        length, nulls = next(self.nodes)
        if pa.types.is_null(kind):
            return pa.nulls(length)
        validity = self.buffer(absent=None)
        if pa.types.is_struct(kind):
            children = [self.array(kind.field(i).type if hasattr(kind, "field") else kind[i].type)
                        for i in range(kind.num_fields)]
            return pa.Array.from_buffers(kind, length, [validity], nulls, children=children)
        if pa.types.is_map(kind):
            offsets = self.buffer()
            return self.map_array(kind, length, validity, offsets, nulls)
        if pa.types.is_list(kind):
            offsets = self.buffer()
            return pa.Array.from_buffers(kind, length, [validity, offsets], nulls,
                                         children=[self.array(kind.value_type)])
        buffers = [validity, self.buffer()]
        if pa.types.is_string(kind) or pa.types.is_binary(kind):
            buffers.append(self.buffer())
        return pa.Array.from_buffers(kind, length, buffers, nulls)

    def map_array(self, kind, length, validity, offsets, nulls):
        pa = self.pa
        entries, _ = next(self.nodes)
        self.buffer(absent=None)  # entries are never null
        children = [self.array(kind.key_type), self.array(kind.item_type)]
        struct = pa.struct([pa.field("key", kind.key_type, False),
                            pa.field("value", kind.item_type)])
        inner = pa.Array.from_buffers(struct, entries, [None], 0, children=children)
        return pa.Array.from_buffers(kind, length, [validity, offsets], nulls, children=[inner])

    def buffer(self, absent=EMPTY):
        offset, length = next(self.buffers)
        if length == 0:
            return absent and self.pa.py_buffer(absent)
        return self.pa.foreign_buffer(self.base + offset, length)
