package io.bauplan.tests.s3;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts this program's classes in another process, which sees the same S3 endpoint.
final class ChildEngine {
  private ChildEngine() {}

  static List<String> command(Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED"));
    for (String property :
        List.of(
            "aws.accessKeyId",
            "aws.secretAccessKey",
            "aws.region",
            "aws.endpointUrl",
            "arrow.allocation.manager.type")) {
      String value = System.getProperty(property);
      if (value != null) {
        command.add("-D" + property + "=" + value);
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }
}
