package io.bauplan.udf.python;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bauplan.udf.environment.FileTrees;
import io.bauplan.udf.environment.ReadyEnvironment;
import io.bauplan.udf.sandbox.Sandbox;
import io.bauplan.udf.sandbox.SandboxLevel;
import io.bauplan.udf.sandbox.SandboxRequest;
import io.bauplan.udf.shm.SharedMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Starts zygotes and waits until they can serve.
final class ZygoteStarter {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final long TIMEOUT_SECONDS = 120;

  /// Modules that start threads, which are found one by one.
  private static final int MAX_SKIPPED = 8;

  private final Sandbox sandbox;
  private final PythonFiles files;
  private final SharedMemory memory;
  private final Set<Zygote> starting = ConcurrentHashMap.newKeySet();
  private boolean closed;

  ZygoteStarter(Sandbox sandbox, PythonFiles files, SharedMemory memory) {
    this.sandbox = sandbox;
    this.files = files;
    this.memory = memory;
  }

  /// A zygote that can serve; the caller owns it.
  ///
  /// @param declared names of the distributions to import
  Zygote start(ReadyEnvironment environment, List<String> declared)
      throws ZygoteException, InterruptedException {
    SandboxLevel level = sandbox.level(environment.interpreter());
    if (level.compareTo(SandboxLevel.B) > 0) {
      throw new ZygoteException("there are no namespaces at sandbox level " + level);
    }
    List<String> skip = new ArrayList<>();
    while (true) {
      Zygote zygote;
      try {
        zygote = launchOpen(environment, level, declared, skip);
      } catch (IOException e) {
        throw new ZygoteException(String.valueOf(e.getMessage()));
      }
      try {
        zygote.ready().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        return zygote;
      } catch (ExecutionException e) {
        if (zygote.threads().isEmpty() || skip.size() >= MAX_SKIPPED) {
          throw new ZygoteException(
              e.getCause() == null ? e.toString() : String.valueOf(e.getCause().getMessage()));
        }
        skip.add(zygote.threads());
      } catch (TimeoutException e) {
        throw new ZygoteException("it was not ready after " + TIMEOUT_SECONDS + " s");
      } finally {
        starting.remove(zygote);
        if (!zygote.ready().isDone() || zygote.ready().isCompletedExceptionally()) {
          zygote.close();
        }
      }
    }
  }

  /// Once this is closed nothing is made in shared memory any more, which goes next.
  private synchronized Zygote launchOpen(
      ReadyEnvironment environment, SandboxLevel level, List<String> declared, List<String> skip)
      throws IOException, InterruptedException, ZygoteException {
    if (closed) {
      throw new ZygoteException("the runtime is closed");
    }
    Zygote zygote = launch(environment, level, declared, skip);
    starting.add(zygote);
    return zygote;
  }

  private Zygote launch(
      ReadyEnvironment environment, SandboxLevel level, List<String> declared, List<String> skip)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectory(memory.newPath("zygote"));
    try {
      Path control = Files.createFile(folder.resolve("control"));
      List<Path> visible = new ArrayList<>(environment.visible());
      visible.add(files.harness());
      visible.add(files.sdk());
      SandboxRequest request =
          new SandboxRequest(
              visible,
              List.of(),
              control,
              Files.createDirectory(folder.resolve("root")),
              Files.createDirectory(folder.resolve("scratch")),
              OptionalLong.empty(),
              0, // each call has a limit of its own
              SandboxRequest.Network.NONE);
      ObjectNode body = JSON.createObjectNode();
      ObjectNode zygote = body.putObject("zygote");
      zygote
          .putArray("path")
          .add(environment.sitePackages().toString())
          .add(files.sdk().toString());
      zygote.set("declared", JSON.valueToTree(declared));
      zygote.set("skip", JSON.valueToTree(skip));
      Process process = sandbox.startForking(environment.interpreter(), level, request, body);
      return new Zygote(environment.key(), process, folder, control);
    } catch (IOException | InterruptedException | RuntimeException e) {
      FileTrees.delete(folder);
      throw e;
    }
  }

  /// Ends the zygotes that are starting and starts no other.
  void close() {
    synchronized (this) {
      closed = true;
    }
    starting.forEach(Zygote::close);
  }
}
