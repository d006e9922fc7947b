package io.bauplan.exec.operator.aggregate;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Counts distinct values by their hashes: of all hashes seen it keeps the least, and all of those
/// below `theta`. Written as Apache DataSketches writes a compact theta sketch, so that other
/// engines read it (Dasgupta et al., "A framework for estimating stream expression cardinalities",
/// 2016). Errs by 1.6 % (one standard deviation); up to [#NOMINAL] values it is exact.
final class ThetaSketch {
  /// Hashes kept of many values.
  static final int NOMINAL = 4096;

  private static final int LEAST_SLOTS = 64;
  private static final int MOST_SLOTS = 4 * NOMINAL;
  private static final int MOST_KEPT = 2 * NOMINAL;

  private static final byte VERSION = 3;
  private static final byte COMPACT_FAMILY = 3;
  private static final byte READ_ONLY = 2;
  private static final byte EMPTY = 4;
  private static final byte COMPACT = 8;
  private static final byte ORDERED = 16;

  /// What DataSketches makes of its default seed, to tell that hashes were made alike.
  private static final short SEED_HASH = (short) 0x93CC;

  private long[] slots = new long[LEAST_SLOTS];
  private int kept;
  private long theta = Long.MAX_VALUE;

  /// @param hash of a value, as [ThetaHash] makes it; 0 counts as no value
  void add(long hash) {
    if (hash <= 0 || hash >= theta || !insert(slots, hash)) {
      return;
    }
    kept++;
    if (kept > MOST_KEPT) {
      keepLeast();
    } else if (2 * kept > slots.length && slots.length < MOST_SLOTS) {
      rebuild(sorted(), kept, 2 * slots.length);
    }
  }

  private static boolean insert(long[] slots, long hash) {
    int mask = slots.length - 1;
    int at = (int) (hash >>> 17) & mask;
    while (slots[at] != 0) {
      if (slots[at] == hash) {
        return false;
      }
      at = (at + 1) & mask;
    }
    slots[at] = hash;
    return true;
  }

  private long[] sorted() {
    long[] hashes = Arrays.stream(slots).filter(hash -> hash != 0).toArray();
    Arrays.sort(hashes);
    return hashes;
  }

  private void keepLeast() {
    long[] hashes = sorted();
    if (hashes.length > NOMINAL) {
      theta = hashes[NOMINAL];
      rebuild(hashes, NOMINAL, slots.length);
    }
  }

  private void rebuild(long[] hashes, int count, int size) {
    slots = new long[size];
    kept = count;
    for (int i = 0; i < count; i++) {
      insert(slots, hashes[i]);
    }
  }

  /// Adds what another sketch has seen.
  void merge(ThetaSketch other) {
    if (other.theta < theta) {
      theta = other.theta;
      long[] below = Arrays.stream(sorted()).filter(hash -> hash < theta).toArray();
      rebuild(below, below.length, slots.length);
    }
    for (long hash : other.slots) {
      add(hash);
    }
  }

  /// The compact form, hashes in order.
  byte[] compact() {
    keepLeast();
    long[] hashes = sorted();
    boolean exact = theta == Long.MAX_VALUE;
    int header = hashes.length == 0 && exact ? 1 : exact ? 2 : 3;
    ByteBuffer bytes =
        ByteBuffer.allocate((header + hashes.length) * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int flags = READ_ONLY | COMPACT | ORDERED | (header == 1 ? EMPTY : 0);
    bytes.put((byte) header).put(VERSION).put(COMPACT_FAMILY).put((byte) 0).put((byte) 0);
    bytes.put((byte) flags).putShort(SEED_HASH);
    if (header > 1) {
      bytes.putInt(hashes.length).putFloat(1);
    }
    if (header > 2) {
      bytes.putLong(theta);
    }
    for (long hash : hashes) {
      bytes.putLong(hash);
    }
    return bytes.array();
  }
}
