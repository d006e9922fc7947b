package io.bauplan.exec.scan.parquet;

import io.bauplan.exec.scan.store.RangeReader;
import java.util.LinkedHashMap;
import java.util.Map;

/// The footers used last, by location and length of the file. Data files of tables never change;
/// files that somebody rewrites in place at the same length are told apart by their version.
/// Thread-safe.
final class FooterCache {
  /// Column chunks that the footers held may describe together; about 150 bytes each.
  private static final long MAX_CHUNKS = 500_000;

  private record Key(String location, long sizeBytes, String version) {}

  private final LinkedHashMap<Key, Footer> footers = new LinkedHashMap<>(16, 0.75f, true);
  private long chunks;

  /// The footer of a file that may change.
  Footer get(RangeReader file) {
    return get(new Key(file.location(), file.sizeBytes(), file.version()), file);
  }

  /// The footer of a table's file, which is opened only where the footer is not known.
  Footer ofTable(RangeReader file) {
    return get(new Key(file.location(), file.sizeBytes(), ""), file);
  }

  private Footer get(Key key, RangeReader file) {
    synchronized (this) {
      Footer known = footers.get(key);
      if (known != null) {
        return known;
      }
    }
    Footer read = FooterReader.read(file);
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
    return 1 + (long) footer.rowGroups().size() * footer.leaves().size();
  }
}
