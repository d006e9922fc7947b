package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.cache.FooterFiles;
import io.bauplan.exec.scan.store.RangeReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The footers used last, by location and length of the file. Data files of tables never change;
/// files that somebody rewrites in place at the same length are told apart by their version.
/// Thread-safe.
final class FooterCache {
  /// Of memory, that the description of a column chunk takes.
  private static final int CHUNK_BYTES = 150;

  /// Column chunks that the footers held may describe together.
  private static final long MAX_CHUNKS = 500_000;

  private record Key(String location, long sizeBytes, String version) {}

  private final Optional<FooterFiles> disk;
  private final LinkedHashMap<Key, Footer> footers = new LinkedHashMap<>(16, 0.75f, true);
  private long chunks;

  /// @param disk where those of remote files are kept besides
  FooterCache(Optional<FooterFiles> disk) {
    this.disk = disk;
  }

  /// The footer of a file that may change.
  ///
  /// @param remote where reading it costs a round trip
  Footer get(RangeReader file, boolean remote) {
    return get(new Key(file.location(), file.sizeBytes(), file.version()), file, remote);
  }

  /// The footer of a table's file, which is opened only where the footer is not known.
  Footer ofTable(RangeReader file, boolean remote) {
    return get(new Key(file.location(), file.sizeBytes(), ""), file, remote);
  }

  /// True where the footer of a table's file is in memory.
  synchronized boolean has(String location, long sizeBytes) {
    return footers.containsKey(new Key(location, sizeBytes, ""));
  }

  private Footer read(Key key, RangeReader file) {
    String name = String.join("\0", "end", key.location, Long.toString(key.sizeBytes), key.version);
    byte[] kept = disk.map(files -> files.read(name)).orElse(null);
    if (kept != null) {
      return FooterReader.parse(FileEnd.unpack(kept), file);
    }
    FileEnd fetched = FooterReader.fetch(file);
    Footer footer = FooterReader.parse(fetched, file);
    byte[] end = new FileEnd(footer.index().bytes(), fetched.metadata()).pack();
    disk.ifPresent(files -> files.write(name, end));
    return footer;
  }

  private Footer get(Key key, RangeReader file, boolean remote) {
    synchronized (this) {
      Footer known = footers.get(key);
      if (known != null) {
        return known;
      }
    }
    Footer read = remote ? read(key, file) : FooterReader.read(file);
    synchronized (this) {
      if (footers.putIfAbsent(key, read) == null) {
        chunks += weight(read);
      }
      var oldest = footers.entrySet().iterator();
      while (chunks > MAX_CHUNKS && oldest.hasNext()) {
        Map.Entry<Key, Footer> entry = oldest.next();
        chunks -= weight(entry.getValue());
        oldest.remove();
      }
    }
    return read;
  }

  private static long weight(Footer footer) {
    long chunks = (long) footer.rowGroups().size() * footer.leaves().size();
    return 1 + chunks + footer.index().bytes().length / CHUNK_BYTES;
  }
}
