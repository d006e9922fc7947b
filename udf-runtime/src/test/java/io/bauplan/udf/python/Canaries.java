package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.api.SharedTable;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.shm.Segment;
import io.bauplan.udf.shm.SharedMemory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/// What functions must not touch, put out by the suite: files, another tenant's shared memory, a
/// process with sockets of every kind. It tells what was touched since it was asked last.
final class Canaries implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String CONTENT = "a secret of the host";
  static final String SLEEP = "98765." + ProcessHandle.current().pid();

  private final Path folder =
      Files.createTempDirectory(Path.of("target").toAbsolutePath(), "canary-");
  private final Path secret = Files.writeString(folder.resolve("secret"), CONTENT);
  private final String token = UUID.randomUUID().toString();
  private final Path sharedFolder = Files.createTempDirectory("bauplan-canary-");
  private final SharedMemory tenant;
  private final Path tenantsTable;
  private final Segment segment = Segment.sample();
  private final Process victim;
  private final BufferedReader answers;
  private final ObjectNode targets;
  private final Path site;
  private final SharedTable input;
  private final BufferAllocator allocator;
  private final TreeMap<String, String> before;
  private String touched = "[]";

  Canaries(RuntimeFixture fixture, SharedTable input) throws Exception {
    this.input = input;
    allocator = fixture.allocator;
    // Everybody may enter: what keeps a function of another uid out shall be the sandbox.
    for (Path open : List.of(folder, sharedFolder)) {
      Files.setPosixFilePermissions(
          open, java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
    }
    tenant = SharedMemory.open(sharedFolder);
    tenantsTable = Files.writeString(tenant.newPath("table"), CONTENT);
    var environments = fixture.runtime.environments();
    site = environments.get(RuntimeFixture.PLAIN).sitePackages();
    Path script = Files.writeString(folder.resolve("canary.py"), Attack.resource("canary.py"));
    ProcessBuilder builder =
        new ProcessBuilder(
            environments.interpreter(Optional.of("3.11")).binary().toString(),
            "-I",
            script.toString(),
            folder.resolve("socket").toString());
    builder.environment().put("BAUPLAN_CANARY", "SECRET");
    victim = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = victim.inputReader(StandardCharsets.UTF_8);
    targets = (ObjectNode) JSON.readTree(answers.readLine());
    targets.put("secret", secret.toString()).put("token", token).put("sleep", SLEEP);
    targets.put("tenant", tenantsTable.toString()).put("segment", segment.file());
    targets.put("engine", ProcessHandle.current().pid()).put("input", input.path().toString());
    targets
        .put("home", System.getProperty("user.home"))
        .put("folder", Path.of("").toAbsolutePath().toString());
    list(Path.of(System.getProperty("user.home"))).forEach(targets.putArray("inHome")::add);
    list(Path.of("").toAbsolutePath()).forEach(targets.putArray("inFolder")::add);
    targets.put("site", site.toString());
    targets.put("harness", PythonFiles.unpack(environments.root()).harness().toString());
    List<String> inherited = List.of("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "PWD");
    System.getenv().keySet().stream()
        .filter(name -> !inherited.contains(name) && name.matches("\\w+"))
        .forEach(targets.putArray("variables")::add);
    Path disks = Path.of("/sys/block");
    targets.putArray("disks");
    if (Files.isDirectory(disks)) {
      try (Stream<Path> all = Files.list(disks)) {
        all.map(disk -> Path.of("/dev").resolve(disk.getFileName()))
            .filter(Files::exists)
            .limit(1)
            .forEach(disk -> targets.withArray("disks").add(disk.toString()));
      }
    }
    before = state();
  }

  String targets(String level) {
    return targets.put("level", level).toString();
  }

  /// What has been touched since the last time; empty where nothing has.
  List<String> touched() throws IOException {
    List<String> found = new ArrayList<>();
    TreeMap<String, String> now = state();
    if (!now.equals(before)) {
      TreeMap<String, String> changed = new TreeMap<>(now);
      changed.entrySet().removeAll(before.entrySet());
      found.add("files: " + (changed.isEmpty() ? "something is gone" : changed));
      repair();
    }
    if (!victim.isAlive()) {
      throw new IOException("the canary was killed");
    }
    OutputStream ask = victim.getOutputStream();
    ask.write('\n');
    ask.flush();
    String told = answers.readLine();
    if (!touched.equals(told)) {
      found.add(
          "the other process: "
              + told.substring(Math.min(told.length() - 1, touched.length() - 1)));
      touched = told;
    }
    List<String> daemons = FunctionIsolationTest.processes("sleep\u0000" + SLEEP);
    if (!daemons.isEmpty()) {
      found.add("processes live on");
    }
    return found;
  }

  private TreeMap<String, String> state() throws IOException {
    TreeMap<String, String> state = new TreeMap<>();
    state.put("secret", Files.readString(secret));
    state.put("tenant", Files.readString(tenantsTable));
    try (VectorSchemaRoot root = input.batch(0, allocator)) {
      state.put("input", Integer.toHexString(root.contentToTSVString().hashCode()));
    }
    state.put("size of the input", "" + Files.size(input.path()));
    Path pyarrow = site.resolve("pyarrow");
    for (Path listed : List.of(folder, site, pyarrow)) {
      state.put(listed.toString(), list(listed).toString());
    }
    state.put("module", "" + Files.getLastModifiedTime(pyarrow.resolve("__init__.py")));
    for (String place : List.of("/", "/tmp", "/var/tmp", "/dev/shm")) {
      try (Stream<Path> all = Files.list(Path.of(place))) {
        List<String> left =
            all.map(Path::toString).filter(p -> p.contains("bauplan-attack-")).toList();
        state.put("left in " + place, left.toString());
      }
    }
    return state;
  }

  private static List<String> list(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> "" + path.getFileName()).sorted().toList();
    }
  }

  private void repair() throws IOException {
    Files.writeString(secret, CONTENT);
    Files.writeString(tenantsTable, CONTENT);
    for (Path place : List.of(folder, Path.of("/tmp"), Path.of("/var/tmp"), Path.of("/dev/shm"))) {
      try (Stream<Path> all = Files.list(place)) {
        for (Path left : all.filter(p -> p.toString().contains(token)).toList()) {
          FileTrees.delete(left);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    victim.destroyForcibly();
    victim.onExit().join();
    answers.close();
    segment.close();
    tenant.close();
    FileTrees.delete(folder);
    FileTrees.delete(sharedFolder);
  }
}
