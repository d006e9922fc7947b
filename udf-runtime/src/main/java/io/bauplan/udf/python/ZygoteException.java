package io.bauplan.udf.python;

/// Why a zygote cannot serve; the direct path does.
final class ZygoteException extends Exception {
  private static final long serialVersionUID = 1;

  ZygoteException(String message) {
    super(message);
  }
}
