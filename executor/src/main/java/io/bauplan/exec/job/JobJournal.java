package io.bauplan.exec.job;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Jobs on the disk: `<warehouse>/jobs/<day>-<n>.jsonl`, a line when a job starts and one when it
/// ends, and `logs/<id>.jsonl` with what it said. Lines are appended whole, so that engines of
/// several processes may share the folder. What is older than the retention goes when a journal is
/// opened. A journal that cannot be written never fails a job. Thread-safe.
final class JobJournal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobJournal.class);

  static final Duration RETENTION = Duration.ofDays(30);
  private static final long MAX_FILE_BYTES = 8L << 20;
  private static final int MAX_FILES = 32;
  private static final String ENDING = ".jsonl";
  private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

  private final Path folder;
  private final EngineKey engine = EngineKey.next();
  private @Nullable OutputStream out;
  private Path file = Path.of("");
  private long written;
  private boolean failed;

  private JobJournal(Path folder) {
    this.folder = folder;
  }

  static JobJournal open(Path folder) {
    JobJournal journal = new JobJournal(folder);
    try {
      Files.createDirectories(journal.logs());
      journal.removeOld();
    } catch (IOException e) {
      journal.failed(e);
    }
    return journal;
  }

  private Path logs() {
    return folder.resolve("logs");
  }

  private void removeOld() throws IOException {
    List<Path> files = files(folder);
    Instant oldest = Instant.now().minus(RETENTION);
    for (int i = 0; i < files.size(); i++) {
      if (i >= MAX_FILES || Files.getLastModifiedTime(files.get(i)).toInstant().isBefore(oldest)) {
        Files.deleteIfExists(files.get(i));
      }
    }
    for (Path log : files(logs())) {
      if (Files.getLastModifiedTime(log).toInstant().isBefore(oldest)) {
        Files.deleteIfExists(log);
      }
    }
  }

  /// Newest first.
  private static List<Path> files(Path in) throws IOException {
    try (Stream<Path> all = Files.list(in)) {
      return all.filter(path -> path.toString().endsWith(ENDING))
          .sorted(Comparator.comparing(JobJournal::number).reversed())
          .toList();
    }
  }

  /// Day and number of a journal's file, in an order that sorts.
  private static String number(Path path) {
    String name = String.valueOf(path.getFileName());
    String stem = name.substring(0, name.length() - ENDING.length());
    int dash = stem.lastIndexOf('-');
    return stem.substring(0, dash + 1)
        + "0".repeat(Math.max(0, dash + 7 - stem.length()))
        + stem.substring(dash + 1);
  }

  synchronized void write(Job job) {
    byte[] line = JobJson.line(job, engine.text());
    try {
      output().write(line);
      written += line.length;
    } catch (IOException e) {
      failed(e);
    }
  }

  private OutputStream output() throws IOException {
    OutputStream open = out;
    String day = LocalDate.now(ZoneOffset.UTC).toString();
    if (open != null
        && written < MAX_FILE_BYTES
        && String.valueOf(file.getFileName()).startsWith(day)) {
      return open;
    }
    close(open);
    int number = 0;
    do {
      file = folder.resolve(day + "-" + number++ + ENDING);
    } while (Files.exists(file) && Files.size(file) >= MAX_FILE_BYTES);
    open = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    written = Files.size(file);
    out = open;
    return open;
  }

  /// Newest first, at most about `limit`.
  List<Job> read(int limit) {
    Map<String, Job> jobs = new LinkedHashMap<>();
    try {
      for (Path one : files(folder)) {
        List<JobJson.Entry> entries = new ArrayList<>();
        try (Stream<String> lines = Files.lines(one)) {
          lines.forEach(line -> JobJson.job(line).ifPresent(entries::add));
        } catch (NoSuchFileException e) {
          continue;
        }
        for (JobJson.Entry entry : entries.reversed()) {
          // The last line of a job says most.
          if (!jobs.containsKey(entry.job().id())) {
            jobs.put(entry.job().id(), asOfNow(entry));
          }
        }
        if (jobs.size() >= limit) {
          break;
        }
      }
    } catch (IOException | java.io.UncheckedIOException e) {
      failed(e);
    }
    return jobs.values().stream()
        .sorted(Comparator.comparing(Job::started).reversed())
        .limit(limit)
        .toList();
  }

  private static Job asOfNow(JobJson.Entry entry) {
    boolean lost = entry.job().state() == Job.State.RUNNING && !EngineKey.isAlive(entry.engine());
    return lost ? entry.job().aborted() : entry.job();
  }

  /// What a job said, in order.
  List<Job.LogLine> readLog(String id) {
    if (!ID.matcher(id).matches()) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(logs().resolve(id + ENDING))) {
      return lines.map(JobJson::logLine).flatMap(Optional::stream).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException | java.io.UncheckedIOException e) {
      failed(e);
      return List.of();
    }
  }

  /// The jobs that said something.
  Set<String> logged() {
    try {
      Set<String> ids = new HashSet<>();
      for (Path log : files(logs())) {
        String name = String.valueOf(log.getFileName());
        ids.add(name.substring(0, name.length() - ENDING.length()));
      }
      return ids;
    } catch (IOException e) {
      failed(e);
      return Set.of();
    }
  }

  /// Where a job's lines go; the caller closes it.
  JobLog log(String id) {
    return new JobLog(logs().resolve(id + ENDING));
  }

  private void failed(Exception e) {
    if (!failed) {
      failed = true;
      LOG.warn("event=job_journal_failed folder={} error={}", folder, e.toString());
    }
  }

  @Override
  public synchronized void close() {
    engine.close();
    close(out);
    out = null;
  }

  private void close(@Nullable OutputStream stream) {
    if (stream != null) {
      try {
        stream.close();
      } catch (IOException e) {
        failed(e);
      }
    }
  }
}
