package io.bauplan.udf.shm;

/// Where the parts of one record batch lie in a mapping: one entry per field node and per buffer,
/// in the order of Arrow's depth-first walk.
///
/// @param rows rows of the batch
/// @param nodeLengths values per field node
/// @param nodeNulls nulls per field node
/// @param bufferOffsets byte offset of each buffer from the start of the file
/// @param bufferLengths bytes of each buffer; 0 = absent
record BatchLayout(
    int rows, long[] nodeLengths, long[] nodeNulls, long[] bufferOffsets, long[] bufferLengths) {

  long bytes() {
    long sum = 0;
    for (long length : bufferLengths) {
      sum += length;
    }
    return sum;
  }
}
