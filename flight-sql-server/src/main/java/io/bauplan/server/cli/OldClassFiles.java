package io.bauplan.server.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Rewrites the classes of the launcher's jars that are older than Java 6, those of picocli above
/// all. The JVM keeps no such class in its cache of loaded classes, because it checks them by the
/// old verifier; with stack maps and a newer version number the same code is kept, and a short
/// command starts a quarter of a second sooner.
///
/// Only the copies in the launcher's own folder are rewritten; signed jars are left alone.
public final class OldClassFiles {
  /// The first version whose classes carry the stack maps that the JVM's cache asks for.
  private static final int WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;

  private OldClassFiles() {}

  /// @param arguments the folder of jars
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    List<Path> jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      if (isOld(jar)) {
        rewrite(jar, jars);
      }
    }
  }

  /// Whether a jar's first class says so: a jar is compiled for one version. Signed jars never are.
  private static boolean isOld(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      boolean signed = file.stream().anyMatch(entry -> entry.getName().endsWith(".SF"));
      JarEntry first =
          file.stream()
              .filter(entry -> isClass(entry) && !entry.getName().startsWith("META-INF/"))
              .findFirst()
              .orElse(null);
      if (signed || first == null) {
        return false;
      }
      try (InputStream in = file.getInputStream(first)) {
        byte[] start = in.readNBytes(8);
        return majorVersion(start) < WITH_STACK_MAPS;
      }
    }
  }

  private static boolean isClass(JarEntry entry) {
    return entry.getName().endsWith(".class") && !entry.getName().endsWith("module-info.class");
  }

  private static int majorVersion(byte[] classFile) {
    return (classFile[6] & 0xff) << 8 | classFile[7] & 0xff;
  }

  private static void rewrite(Path jar, List<Path> jars) throws IOException {
    Path rewritten = Files.createTempFile(jar.toAbsolutePath().getParent(), "rewritten", ".tmp");
    List<JarFile> open = new ArrayList<>();
    try {
      for (Path path : jars) {
        open.add(new JarFile(path.toFile()));
      }
      ClassFile classFile =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              DeadCodeOption.PATCH_DEAD_CODE,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> find(type, open))
                      .orElse(ClassHierarchyResolver.defaultResolver())
                      .cached()));
      try (JarFile from = new JarFile(jar.toFile());
          OutputStream out = Files.newOutputStream(rewritten);
          JarOutputStream to = new JarOutputStream(out)) {
        for (Enumeration<JarEntry> all = from.entries(); all.hasMoreElements(); ) {
          JarEntry entry = all.nextElement();
          try (InputStream in = from.getInputStream(entry)) {
            byte[] bytes = in.readAllBytes();
            JarEntry copy = new JarEntry(entry.getName());
            copy.setTime(entry.getTime());
            to.putNextEntry(copy);
            to.write(isClass(entry) ? upgraded(classFile, bytes) : bytes);
            to.closeEntry();
          }
        }
      }
      Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(rewritten);
      for (JarFile file : open) {
        file.close();
      }
    }
  }

  private static @Nullable InputStream find(ClassDesc type, List<JarFile> jars) {
    if (!type.isClassOrInterface()) {
      return null;
    }
    String descriptor = type.descriptorString();
    String name = descriptor.substring(1, descriptor.length() - 1) + ".class";
    for (JarFile jar : jars) {
      JarEntry entry = jar.getJarEntry(name);
      if (entry != null) {
        try {
          return jar.getInputStream(entry);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return null;
  }

  /// The same class with stack maps; as it was where it refers to a class that is not there.
  private static byte[] upgraded(ClassFile classFile, byte[] bytes) {
    if (majorVersion(bytes) >= WITH_STACK_MAPS) {
      return bytes;
    }
    // A body that no transformation touches would be copied as it is, without stack maps.
    MethodTransform bodies = MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL);
    ClassTransform newer =
        (builder, element) -> {
          switch (element) {
            case ClassFileVersion old -> builder.withVersion(WITH_STACK_MAPS, 0);
            case MethodModel method -> builder.transformMethod(method, bodies);
            default -> builder.with(element);
          }
        };
    try {
      return classFile.transformClass(classFile.parse(bytes), newer);
    } catch (IllegalArgumentException e) {
      return bytes;
    }
  }
}
