package io.bauplan.exec.scan;

import io.bauplan.sql.plan.DeletedRows;
import io.bauplan.sql.plan.ScanFile;
import io.bauplan.sql.plan.WriteTarget;
import java.util.List;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/// Row-level deletes of a table's data files. Thread-safe.
public interface RowDeletes {
  /// Writes down which positions of data files are deleted, together with those that their delete
  /// files have already. A file of which no row is left gets none.
  ///
  /// @param vectors as deletion vectors in one file, otherwise as a position delete file each
  List<DeletedRows> write(
      WriteTarget target,
      Map<ScanFile, Roaring64Bitmap> positions,
      boolean vectors,
      ScanContext context);

  /// Reads a table's columns of the rows of a data file that neither its delete files nor
  /// `positions` delete.
  List<ScanTask> survivors(ScanFile file, WriteTarget target, Roaring64Bitmap positions);

  /// Deletes what [#write] wrote.
  void discard(List<DeletedRows> written);
}
