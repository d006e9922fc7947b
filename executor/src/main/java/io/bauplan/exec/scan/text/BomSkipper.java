package io.bauplan.exec.scan.text;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/// Leaves out the byte order mark with which some programs begin UTF-8 files.
final class BomSkipper extends FilterReader {
  private boolean started;

  BomSkipper(Reader in) {
    super(in);
  }

  @Override
  public int read(char[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    if (!started && count > 0) {
      started = true;
      if (target[offset] == '\uFEFF') {
        System.arraycopy(target, offset + 1, target, offset, count - 1);
        return count > 1 ? count - 1 : read(target, offset, length);
      }
    }
    return count;
  }
}
