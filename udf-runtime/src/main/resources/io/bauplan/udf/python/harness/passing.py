"""Columns that a function returns as it was given them are named, not copied.

Such a column is one of null values in the result's file, and each of the file's batches is one
piece of it: `[argument, batch, column, first row]`. The engine takes the values from the memory
that it gave, by its own layout; it knows nothing of this process's addresses.
"""
import bisect

LEAST_BYTES = 1 << 16  # less is not worth keeping an input alive
MOST_PIECES = 10_000


class Piece:
    """A chunk of a column that the function was given."""

    def __init__(self, argument, batch, column, chunk):
        self.argument, self.batch, self.column, self.chunk = argument, batch, column, chunk
        self.addresses = addresses(chunk)


def addresses(chunk):
    return [0 if b is None else b.address for b in chunk.buffers()]


class Given:
    """Holds what it was given, so that no other value comes to lie at the same place."""

    def __init__(self, parameters, inputs):
        self.pieces = []
        self.nested = {}  # addresses of all buffers -> piece
        self.files = {}  # arguments that lie in one file -> their bytes
        for argument, (parameter, table) in enumerate(zip(parameters, inputs)):
            if parameter["kind"] == "table":
                self.files[argument] = table.nbytes
            elif parameter["kind"] != "columns":
                continue
            for number, column in enumerate(table.columns):
                for batch, chunk in enumerate(column.chunks):
                    piece = Piece(argument, batch, number, chunk)
                    if chunk.type.num_fields and any(piece.addresses):
                        self.nested[tuple(piece.addresses)] = piece
                    elif len(chunk) and len(piece.addresses) > 1 and piece.addresses[1]:
                        self.pieces.append(piece)
        self.pieces.sort(key=lambda piece: piece.addresses[1])
        self.starts = [piece.addresses[1] for piece in self.pieces]

    def find(self, pa, chunk):
        """The piece and the row of it with which a chunk begins; None where it is something new."""
        found = addresses(chunk)
        if chunk.type.num_fields:
            piece = self.nested.get(tuple(found))
            same = piece and chunk.type.equals(piece.chunk.type) and chunk.offset == 0
            return (piece, 0) if same and len(chunk) == len(piece.chunk) else None
        if len(found) < 2 or not found[1]:
            return None
        index = bisect.bisect_right(self.starts, found[1]) - 1
        if index < 0:
            return None
        piece = self.pieces[index]
        if not chunk.type.equals(piece.chunk.type):
            return None
        first = chunk.offset - piece.chunk.offset
        if pa.types.is_string(chunk.type) or pa.types.is_binary(chunk.type):
            if found[1:] != piece.addresses[1:]:
                return None
        elif pa.types.is_boolean(chunk.type):
            if found[1] != piece.addresses[1]:
                return None
        elif pa.types.is_large_string(chunk.type) or pa.types.is_large_binary(chunk.type):
            return None
        else:
            width = chunk.type.bit_width // 8
            moved = found[1] - piece.addresses[1]
            if moved % width or (moved and chunk.null_count):
                return None
            first += moved // width
        if first < 0 or first + len(chunk) > len(piece.chunk):
            return None
        if piece.chunk.null_count and found[0] != piece.addresses[0]:
            return None
        return (piece, first) if chunk.null_count == 0 or found[0] else None

    def taken_out(self, pa, table):
        """What is passed, and the batches to write; the latter None where all of the table is new."""
        passed = {}
        for number, column in enumerate(table.columns):
            chunks = [chunk for chunk in column.chunks if len(chunk)]
            if column.nbytes < LEAST_BYTES or len(chunks) > MOST_PIECES:
                continue
            found = [self.find(pa, chunk) for chunk in chunks]
            if None not in found:
                passed[number] = [(piece, first, len(chunk))
                                  for (piece, first), chunk in zip(found, chunks)]
        self.drop_small_parts(table, passed)
        while passed:
            bounds = sorted({end for pieces in passed.values() for end in ends(pieces)})
            cut = {number: cut_at(bounds, pieces) for number, pieces in passed.items()}
            moved = [n for n, pieces in cut.items() if not all(stays(pa, p) for p in pieces)]
            if not moved and len(bounds) * len(cut) <= MOST_PIECES:
                break
            for number in moved or list(passed):
                del passed[number]
        if not passed:
            return [], None
        batches = written(pa, table, set(passed), bounds)
        if batches is None:
            return [], None
        return [[number, [[p.argument, p.batch, p.column, first] for p, first, _ in pieces]]
                for number, pieces in cut.items()], batches

    def drop_small_parts(self, table, passed):
        """A small part of a file would keep all of it alive."""
        parts = {}
        for number, pieces in passed.items():
            for argument in {piece.argument for piece, _, _ in pieces}:
                parts[argument] = parts.get(argument, 0) + table.column(number).nbytes
        for number in list(passed):
            if any(4 * parts[piece.argument] < self.files.get(piece.argument, 0)
                   for piece, _, _ in passed[number]):
                del passed[number]


def ends(pieces):
    at = 0
    for _, _, rows in pieces:
        at += rows
        yield at


def cut_at(bounds, pieces):
    """The pieces so that every bound is the end of one."""
    cut, at = [], 0
    bounds = iter(bounds)
    for piece, first, rows in pieces:
        end = at + rows
        while at < end:
            bound = next(bounds)
            cut.append((piece, first + rows - (end - at), bound - at))
            at = bound
    return cut


def stays(pa, part):
    """Whether the engine can take these rows without moving a bit of them."""
    piece, first, rows = part
    if first == 0 and rows == len(piece.chunk):
        return True
    kind = piece.chunk.type
    if kind.num_fields:
        return False
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return first == 0
    return first % 8 == 0 or not (piece.chunk.null_count or pa.types.is_boolean(kind))


def written(pa, table, passed, bounds):
    """A batch for each bound, with nulls for what is passed; None where one is too large."""
    fields = [pa.field(f.name, pa.null(), f.nullable) if number in passed else f
              for number, f in enumerate(table.schema)]
    schema, batches, at = pa.schema(fields), [], 0
    for bound in bounds:
        columns = []
        for number, column in enumerate(table.columns):
            part = pa.chunked_array([pa.nulls(bound - at)]) if number in passed else column.slice(at, bound - at)
            if part.num_chunks > 1:
                part = part.combine_chunks()
                part = pa.chunked_array(part) if isinstance(part, list) else part
            if isinstance(part, pa.ChunkedArray):
                if part.num_chunks != 1:
                    return None
                part = part.chunk(0)
            columns.append(part)
        batches.append(pa.RecordBatch.from_arrays(columns, schema=schema))
        at = bound
    return batches
