package io.bauplan.tests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bauplan.tests.support.S3Server;
import io.bauplan.udf.environment.ReadyEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// What a function would have to do to read its parent's table if it were not in shared memory: the
/// other rows of the paper's Table 3, each in the same Python as the function.
final class ParentReads {
  private static final String WRITE =
      """
      import sys, pyarrow as pa, pyarrow.parquet as pq
      table = pa.ipc.open_file(pa.memory_map(sys.argv[1])).read_all()
      pq.write_table(table, sys.argv[2])
      print("{}")
      """;

  /// The file's pages are not in the kernel's cache.
  private static final String SSD =
      """
      import os, statistics, sys, time
      import pyarrow as pa, pyarrow.parquet as pq
      times = []
      for _ in range(3):
        with open(sys.argv[2], "rb") as file:
          os.fsync(file.fileno())
          os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        start = time.monotonic()
        rows = pq.read_table(sys.argv[2]).num_rows
        times.append(1000 * (time.monotonic() - start))
      print('{"ms": %f, "rows": %d}' % (statistics.median(times), rows))
      """;

  private static final String S3 =
      """
      import sys, time
      import pyarrow as pa, pyarrow.fs as fs, pyarrow.parquet as pq
      storage = fs.S3FileSystem(access_key="local-identity", secret_key="local-credential",
                                scheme="http", region="us-east-1",
                                endpoint_override="127.0.0.1:" + sys.argv[3])
      start = time.monotonic()
      rows = pq.read_table("bucket/parent.parquet", filesystem=storage).num_rows
      print('{"ms": %f, "rows": %d}' % (1000 * (time.monotonic() - start), rows))
      """;

  /// Another process serves the table from the same shared memory, over loopback.
  private static final String FLIGHT =
      """
      import os, statistics, sys, time
      import pyarrow as pa, pyarrow.flight as flight
      class Server(flight.FlightServerBase):
        def do_get(self, context, ticket):
          table = pa.ipc.open_file(pa.memory_map(sys.argv[1])).read_all()
          return flight.RecordBatchStream(pa.Table.from_batches(table.to_batches(65536)))
      told, tell = os.pipe()
      child = os.fork()
      if child == 0:
        server = Server("grpc://127.0.0.1:0")
        os.write(tell, b"%d\\n" % server.port)
        server.serve()
      try:
        port = int(os.read(told, 16))
        client = flight.connect("grpc://127.0.0.1:%d" % port)
        times = []
        for _ in range(3):
          start = time.monotonic()
          rows = client.do_get(flight.Ticket(b"")).read_all().num_rows
          times.append(1000 * (time.monotonic() - start))
      finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
      print('{"ms": %f, "rows": %d}' % (statistics.median(times), rows))
      """;

  private final ReadyEnvironment environment;
  private final Path table;
  private final Path folder;
  private final long rows;

  /// @param table as an Arrow file
  /// @param folder on disk, with room for it as Parquet
  ParentReads(ReadyEnvironment environment, Path table, Path folder, long rows) {
    this.environment = environment;
    this.table = table;
    this.folder = folder;
    this.rows = rows;
  }

  private Path parquet() {
    return folder.resolve("parent.parquet");
  }

  /// Milliseconds of reading the table from Parquet that lies on disk.
  double ssd() throws Exception {
    run(WRITE, "");
    return milliseconds(run(SSD, ""));
  }

  /// Milliseconds by Flight, without TLS.
  double flight() throws Exception {
    return milliseconds(run(FLIGHT, ""));
  }

  /// Milliseconds of reading the Parquet file from an S3 server on this machine. The file is gone
  /// then.
  double s3() throws Exception {
    String jar = System.getProperty("s3.server.jar", "");
    assertThat(Path.of(jar)).as("s3.server.jar, the server for this measurement").exists();
    try (S3Server server = S3Server.start(Path.of(jar), folder)) {
      Path object = server.root().resolve("bucket").resolve("parent.parquet");
      Files.move(parquet(), object, StandardCopyOption.REPLACE_EXISTING);
      return milliseconds(run(S3, "" + server.port()));
    }
  }

  private double milliseconds(JsonNode told) {
    assertThat(told.path("rows").asLong()).isEqualTo(rows);
    return told.path("ms").asDouble();
  }

  private JsonNode run(String program, String more) throws Exception {
    ProcessBuilder python =
        new ProcessBuilder(
                environment.interpreter().binary().toString(),
                "-c",
                program,
                table.toString(),
                parquet().toString(),
                more)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    python.environment().put("PYTHONPATH", environment.sitePackages().toString());
    Process process = python.start();
    byte[] told = process.getInputStream().readAllBytes();
    assertThat(process.waitFor()).isZero();
    return JsonMapper.builder().build().readTree(told);
  }
}
