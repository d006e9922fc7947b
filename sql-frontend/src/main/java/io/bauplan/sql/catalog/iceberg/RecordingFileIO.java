package io.bauplan.sql.catalog.iceberg;

import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Remembers which files it wrote, so that those of a change that was refused can be removed.
/// Borrows the FileIO beneath.
final class RecordingFileIO implements FileIO {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(RecordingFileIO.class);

  private final FileIO io;
  private final List<String> written = new ArrayList<>();

  RecordingFileIO(FileIO io) {
    this.io = io;
  }

  @Override
  public InputFile newInputFile(String location) {
    return io.newInputFile(location);
  }

  @Override
  public synchronized OutputFile newOutputFile(String location) {
    written.add(location);
    return io.newOutputFile(location);
  }

  @Override
  public void deleteFile(String location) {
    io.deleteFile(location);
  }

  /// Removes what was written. To be called only when the change is certain not to have become
  /// visible.
  synchronized void discard() {
    for (String location : written) {
      try {
        io.deleteFile(location);
      } catch (RuntimeException e) {
        // Left behind is an orphan file, which maintenance removes.
        LOG.debug("catalog.discard failed for {}", location, e);
      }
    }
    written.clear();
  }
}
