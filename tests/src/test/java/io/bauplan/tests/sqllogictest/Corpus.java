package io.bauplan.tests.sqllogictest;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/// The scripts in the jar of `net.hydromatic:sql-logic-test`.
final class Corpus implements AutoCloseable {
  private static final String ROOT = "test/";
  private static final String ENDING = ".test";
  private static final String KNOWN_SCRIPT = "/test/select1.test";

  private final JarFile jar;

  private Corpus(JarFile jar) {
    this.jar = jar;
  }

  static Corpus open() throws IOException {
    URL known = Corpus.class.getResource(KNOWN_SCRIPT);
    if (known == null || !(known.openConnection() instanceof JarURLConnection connection)) {
      throw new IOException("the jar of net.hydromatic:sql-logic-test is not on the class path");
    }
    connection.setUseCaches(false);
    return new Corpus(connection.getJarFile());
  }

  /// Names of the scripts, without folder `test/` and ending, in order.
  List<String> scripts() {
    return jar.stream()
        .map(JarEntry::getName)
        .filter(name -> name.startsWith(ROOT) && name.endsWith(ENDING))
        .map(name -> name.substring(ROOT.length(), name.length() - ENDING.length()))
        .sorted()
        .toList();
  }

  /// The first two folders of a script (`random/expr`); the name of one in no folder (`select1`).
  static String category(String script) {
    String[] parts = script.split("/");
    return parts.length < 3 ? parts[0] : parts[0] + "/" + parts[1];
  }

  ScriptReader read(String script) throws IOException {
    JarEntry entry = jar.getJarEntry(ROOT + script + ENDING);
    if (entry == null) {
      throw new IOException("no script " + script);
    }
    return new ScriptReader(script, jar.getInputStream(entry));
  }

  @Override
  public void close() throws IOException {
    jar.close();
  }
}
