package io.bauplan.udf.environment;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds binary packages that cannot work with NumPy 2.
///
/// An extension module names the NumPy module that it loads: `numpy.core._multiarray_umath` where
/// it was compiled against NumPy 1, `numpy._core._multiarray_umath` where against NumPy 2 (such a
/// module works with both). Many wheels of before NumPy 2 (June 2024) put no upper bound on NumPy,
/// so that a resolver picks a NumPy that they crash with; this reads the truth from the binary
/// instead.
final class NumpyAbi {
  private static final byte[] OLD =
      "numpy.core._multiarray_umath".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEW =
      "numpy._core._multiarray_umath".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NEW_SPLIT = "numpy._core".getBytes(StandardCharsets.US_ASCII);

  private NumpyAbi() {}

  static boolean isNumpy2(List<ResolvedPackage> packages) {
    return packages.stream()
        .anyMatch(
            p ->
                p.name().equals("numpy")
                    && !p.version().startsWith("1.")
                    && !p.version().startsWith("0."));
  }

  /// The first package that was compiled against NumPy 1, among the unpacked folders.
  static Optional<Path> firstBuiltForNumpy1(List<Path> folders) throws IOException {
    for (Path folder : folders) {
      try (Stream<Path> walk = Files.walk(folder)) {
        boolean old =
            walk.filter(p -> p.toString().endsWith(".so") && Files.isRegularFile(p))
                .anyMatch(NumpyAbi::isBuiltForNumpy1);
        if (old) {
          return Optional.of(folder);
        }
      }
    }
    return Optional.empty();
  }

  private static boolean isBuiltForNumpy1(Path library) {
    try (FileChannel channel = FileChannel.open(library)) {
      if (channel.size() > Integer.MAX_VALUE) {
        return false;
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return contains(bytes, OLD) && !contains(bytes, NEW) && !contains(bytes, NEW_SPLIT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean contains(ByteBuffer bytes, byte[] wanted) {
    int last = bytes.limit() - wanted.length;
    for (int i = 0; i <= last; i++) {
      if (bytes.get(i) == wanted[0] && bytes.get(i + 6) == wanted[6]) {
        int k = 1;
        while (k < wanted.length && bytes.get(i + k) == wanted[k]) {
          k++;
        }
        if (k == wanted.length) {
          return true;
        }
      }
    }
    return false;
  }
}
