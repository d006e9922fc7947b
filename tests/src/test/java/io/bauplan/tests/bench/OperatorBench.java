package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.generators.BenchmarkProcessor;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Runs [OperatorBenchmarks] by JMH, each shape in a process of its own.
///
/// Run by `tests/bench/operators`, which names the properties.
class OperatorBench {
  @Test
  void measure() throws Exception {
    generate();
    boolean quick = Boolean.getBoolean("operators.quick");
    String rows = System.getProperty("operators.rows", OperatorBenchmarks.ROWS);
    Pattern wanted = Pattern.compile(System.getProperty("operators.shapes", ".*"));
    Param shapes = OperatorBenchmarks.class.getField("shape").getAnnotation(Param.class);
    List<String> names = new ArrayList<>();
    for (String shape : shapes.value()) {
      if (wanted.matcher(shape).find()) {
        names.add(shape);
      }
    }
    Collection<RunResult> results = run(names, rows, quick);
    report(results, Double.parseDouble(rows));
    assertThat(results).hasSameSizeAs(names);
  }

  private static Collection<RunResult> run(List<String> names, String rows, boolean quick)
      throws RunnerException {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(OperatorBenchmarks.class.getName())
            .param("rows", rows)
            .param("shape", names.toArray(String[]::new))
            .forks(1)
            .warmupIterations(quick ? 2 : 5)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(quick ? 3 : 7)
            .measurementTime(TimeValue.seconds(1))
            .shouldFailOnError(true);
    return new Runner(options.build()).run();
  }

  /// JMH's code around the benchmarks, made of their compiled classes and put beside them: the
  /// ordinary build needs none of it.
  private static void generate() throws Exception {
    Path classes =
        Path.of(
            OperatorBenchmarks.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
      files.setLocationFromPaths(StandardLocation.SOURCE_OUTPUT, List.of(classes));
      JavaCompiler.CompilationTask task =
          compiler.getTask(
              null,
              files,
              null,
              List.of("-classpath", System.getProperty("java.class.path")),
              List.of(OperatorBenchmarks.class.getName()),
              null);
      task.setProcessors(List.of(new BenchmarkProcessor()));
      if (!task.call()) {
        throw new IOException("JMH's code could not be made");
      }
    }
  }

  private static void report(Collection<RunResult> results, double rows) {
    System.out.printf(Locale.ROOT, "%-22s %10s %8s %14s%n", "shape", "ms", "+-", "million rows/s");
    StringBuilder json = new StringBuilder();
    for (RunResult result : results) {
      String shape = result.getParams().getParam("shape");
      double millis = result.getPrimaryResult().getScore();
      System.out.printf(
          Locale.ROOT,
          "%-22s %10.2f %8.2f %14.1f%n",
          shape,
          millis,
          result.getPrimaryResult().getScoreError(),
          rows / millis / 1000);
      json.append(String.format(Locale.ROOT, "\"%s\": %.3f, ", shape, millis));
    }
    System.out.printf(
        Locale.ROOT,
        "{%s\"rows\": %.0f, \"load\": %.1f}%n",
        json,
        rows,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }
}
