package io.bauplan.sql.catalog.iceberg;

import io.bauplan.sql.error.EngineException;
import io.bauplan.sql.error.ErrorCode;
import io.bauplan.sql.plan.TableRef;
import io.bauplan.udf.api.FunctionDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;

/// Function definitions as immutable JSON files in the warehouse: a tag pins code as it pins data.
public final class FunctionFiles {
  private static final long MAX_FILE_BYTES = 64L << 20;
  private static final long MAX_CACHED_FUNCTIONS = 1_000;

  private final FileIO io;
  private final BoundedCache<String, FunctionDefinition> definitions =
      new BoundedCache<>(MAX_CACHED_FUNCTIONS, definition -> 1);

  public FunctionFiles(FileIO io) {
    this.io = io;
  }

  /// Writes a definition; returns its location.
  public String write(TableRef name, FunctionDefinition definition, String warehouse) {
    String location =
        TableFactory.location(new TableRef(java.util.List.of("functions"), name.name()), warehouse)
            + "-"
            + UUID.randomUUID().toString().substring(0, 8)
            + ".json";
    byte[] json = FunctionJson.write(definition).getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = io.newOutputFile(location).create()) {
      out.write(json);
    } catch (EngineException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw StorageErrors.writing(location, e);
    }
    return location;
  }

  public FunctionDefinition read(String location) {
    return definitions.get(location, this::load);
  }

  private FunctionDefinition load(String location) {
    InputFile file = io.newInputFile(location);
    try {
      if (file.getLength() > MAX_FILE_BYTES) {
        throw new EngineException(
            ErrorCode.CATALOG_ERROR, "the function file " + location + " is too long");
      }
      try (InputStream in = file.newStream()) {
        return FunctionJson.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), location);
      }
    } catch (NotFoundException e) {
      throw new EngineException(
          ErrorCode.OBJECT_STORE_ERROR,
          "the catalog names the function file " + location + ", which does not exist",
          e);
    } catch (EngineException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw StorageErrors.reading(location, e);
    }
  }
}
