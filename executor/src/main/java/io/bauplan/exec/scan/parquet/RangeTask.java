package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.batch.Vector;
import io.bauplan.exec.cache.ColumnKey;
import io.bauplan.exec.scan.BatchReader;
import io.bauplan.exec.scan.ScanContext;
import io.bauplan.exec.scan.ScanTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Reads a range of rows; where the cache has them in memory, in pieces.
///
/// @param threads that scans run on
record RangeTask(
    ParquetFile file,
    RowRange range,
    List<RowGroupReader.Wanted> wanted,
    GroupRows rows,
    int threads)
    implements ScanTask {
  private static final int MIN_PIECE_ROWS = 4 * Vector.BATCH_ROWS;
  private static final int MAX_PIECE_ROWS = 16 * Vector.BATCH_ROWS;
  private static final int PIECES_PER_THREAD = 4;

  /// A part of a range that is cached.
  ///
  /// @param rows of the range; the first is that of a batch
  /// @param asked which columns somebody has asked the cache for, on behalf of all pieces
  record Piece(RowRuns rows, Set<ColumnKey> asked) {}

  @Override
  public BatchReader open(ScanContext context) {
    return new RowGroupReader(file, range, wanted, rows.of(range, context), context);
  }

  @Override
  public List<ScanTask> pieces(ScanContext context) {
    long even = range.rowCount() / ((long) PIECES_PER_THREAD * threads) & -Vector.BATCH_ROWS;
    long size = Math.clamp(even, MIN_PIECE_ROWS, MAX_PIECE_ROWS);
    if (threads == 1 || range.rowCount() < 2 * size || !rows.isHeld(range, context)) {
      return List.of(this);
    }
    List<ScanTask> pieces = new ArrayList<>();
    Set<ColumnKey> asked = ConcurrentHashMap.newKeySet();
    long end = range.offset() + range.rowCount();
    for (long at = range.offset(); at < end; at += size) {
      Piece piece = new Piece(RowRuns.of(at, Math.min(end, at + size)), asked);
      pieces.add(own -> new RowGroupReader(file, range, wanted, piece, own));
    }
    return pieces;
  }
}
