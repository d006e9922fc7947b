package io.bauplan.exec.scan.text;

import de.siegmar.fastcsv.reader.CsvCallbackHandler;
import de.siegmar.fastcsv.reader.RecordType;
import java.util.Arrays;

/// The row that the parser stands at; one object for all rows.
final class CsvRow extends CsvCallbackHandler<CsvRow> {
  private char[] chars = new char[1024];
  private int[] ends = new int[16];
  private int count;
  private long line;
  private RecordType type = RecordType.DATA;

  int cells() {
    return count;
  }

  /// 1-based line of the file at which the row starts.
  long line() {
    return line;
  }

  boolean isEmpty(int cell) {
    return start(cell) == ends[cell];
  }

  private int start(int cell) {
    return cell == 0 ? 0 : ends[cell - 1];
  }

  String text(int cell) {
    int start = start(cell);
    return new String(chars, start, ends[cell] - start);
  }

  @Override
  protected RecordType getRecordType() {
    return type;
  }

  @Override
  protected int getFieldCount() {
    return count;
  }

  @Override
  protected void beginRecord(long startingLineNumber) {
    count = 0;
    line = startingLineNumber;
    type = RecordType.DATA;
  }

  @Override
  protected void addField(char[] buffer, int offset, int length, boolean quoted) {
    int start = count == 0 ? 0 : ends[count - 1];
    if (start + length > chars.length) {
      chars = Arrays.copyOf(chars, Math.max(start + length, chars.length * 2));
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, count * 2);
    }
    System.arraycopy(buffer, offset, chars, start, length);
    ends[count++] = start + length;
  }

  @Override
  protected void setComment(char[] buffer, int offset, int length) {
    type = RecordType.COMMENT;
  }

  @Override
  protected void setEmpty() {
    type = RecordType.EMPTY;
  }

  @Override
  protected CsvRow buildRecord() {
    return this;
  }
}
