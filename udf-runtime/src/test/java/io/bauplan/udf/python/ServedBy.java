package io.bauplan.udf.python;

/// The two ways in which a call gets its process; what a function sees is the same.
enum ServedBy {
  DIRECT,
  ZYGOTE;

  ZygotePolicy policy() {
    return this == DIRECT ? ZygotePolicy.NONE : ZygotePolicy.DEFAULT;
  }
}
