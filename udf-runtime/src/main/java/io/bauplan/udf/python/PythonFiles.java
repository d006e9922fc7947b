package io.bauplan.udf.python;

import io.bauplan.udf.environment.FileTrees;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The Python files that this jar carries, unpacked once per content into
/// `<store>/harness/<hash>/`: `harness/` (what runs in a child) and `sdk/` (the package `bauplan`).
public final class PythonFiles {
  private static final String ROOT = "/io/bauplan/udf/python/";

  private final Path folder;

  private PythonFiles(Path folder) {
    this.folder = folder;
  }

  /// The folder with the harness scripts.
  public Path harness() {
    return folder.resolve("harness");
  }

  /// The folder to put on `sys.path` for `import bauplan`.
  public Path sdk() {
    return folder.resolve("sdk");
  }

  /// Unpacks into the store where that has not been done; several processes may do so at once.
  public static PythonFiles unpack(Path store) {
    Map<String, byte[]> files = new TreeMap<>();
    collect("harness", files);
    collect("sdk", files);
    Path folder = store.resolve("harness").resolve(hash(files));
    if (!Files.isDirectory(folder)) {
      write(files, folder);
    }
    return new PythonFiles(folder);
  }

  private static void collect(String part, Map<String, byte[]> files) {
    URL url = PythonFiles.class.getResource(ROOT + part);
    if (url == null) {
      throw new IllegalStateException("the jar carries no " + ROOT + part);
    }
    try {
      URI uri = url.toURI();
      if (uri.getScheme().equals("jar")) {
        String text = uri.toString();
        URI jar = URI.create(text.substring(4, text.indexOf("!/")));
        try (FileSystem zip = FileSystems.newFileSystem(Path.of(jar))) {
          read(zip.getPath(ROOT + part), part, files);
        }
      } else {
        read(Path.of(uri), part, files);
      }
    } catch (IOException | URISyntaxException e) {
      throw new IllegalStateException("cannot read " + ROOT + part + " from the jar", e);
    }
  }

  private static void read(Path from, String part, Map<String, byte[]> files) throws IOException {
    try (Stream<Path> walk = Files.walk(from)) {
      for (Path file : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
        String name = from.relativize(file).toString();
        if (name.endsWith(".py") || name.endsWith("py.typed")) {
          try (InputStream in = Files.newInputStream(file)) {
            files.put(part + "/" + name, in.readAllBytes());
          }
        }
      }
    }
  }

  private static String hash(Map<String, byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.forEach(
          (name, bytes) -> {
            digest.update((name + ":" + bytes.length + "\n").getBytes());
            digest.update(bytes);
          });
      return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Map<String, byte[]> files, Path folder) {
    try {
      Files.createDirectories(folder.getParent());
      Path temporary = Files.createTempDirectory(folder.getParent(), ".new-");
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        Path target = temporary.resolve(file.getKey());
        Files.createDirectories(target.getParent());
        Files.write(target, file.getValue());
      }
      FileTrees.makeReadable(temporary);
      try {
        Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
      } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException done) {
        // another process was faster; the content is the same
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack the Python harness into " + folder, e);
    }
  }
}
