package io.bauplan.udf.java;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/// A call that a waiting JVM makes to itself.
public final class Rehearsal implements TableFunction {
  private static final int ROWS = 64;
  private static final Schema SCHEMA =
      new Schema(
          List.of(
              Field.nullable("id", new ArrowType.Int(64, true)),
              Field.nullable("x", new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE)),
              Field.nullable("text", ArrowType.Utf8.INSTANCE)));

  @Override
  public VectorSchemaRoot apply(VectorSchemaRoot input, BufferAllocator allocator) {
    VectorSchemaRoot output = VectorSchemaRoot.create(SCHEMA, allocator);
    BigIntVector id = (BigIntVector) output.getVector(0);
    Float8Vector x = (Float8Vector) output.getVector(1);
    VarCharVector text = (VarCharVector) output.getVector(2);
    for (FieldVector vector : output.getFieldVectors()) {
      vector.allocateNew();
    }
    for (int i = 0; i < ROWS; i++) {
      id.setSafe(i, i);
      x.setSafe(i, i / 2.0);
      text.setSafe(i, ("text " + i).getBytes(StandardCharsets.UTF_8));
    }
    output.setRowCount(ROWS);
    return output;
  }

  static byte[] table() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BufferAllocator allocator = new RootAllocator();
        VectorSchemaRoot empty = VectorSchemaRoot.create(SCHEMA, allocator);
        VectorSchemaRoot rows = new Rehearsal().apply(empty, allocator);
        ArrowFileWriter writer = new ArrowFileWriter(rows, null, Channels.newChannel(bytes))) {
      writer.start();
      writer.writeBatch();
      writer.end();
    }
    return bytes.toByteArray();
  }

  static String request(Path file) throws IOException {
    ByteArrayOutputStream schema = new ByteArrayOutputStream();
    MessageSerializer.serialize(new WriteChannel(Channels.newChannel(schema)), SCHEMA);
    ObjectNode request = JsonMapper.builder().build().createObjectNode();
    request.put("name", "rehearsal").put("handler", Rehearsal.class.getName());
    request.put("control", file.toString()).put("result", file.toString());
    request.put("outputBytes", 1 << 20).putArray("code").add("/tmp/");
    request
        .putObject("returns")
        .put("kind", "table")
        .put("schema", Base64.getEncoder().encodeToString(schema.toByteArray()));
    request.putArray("parameters").addObject().put("name", "data").put("kind", "table");
    return request.toString();
  }
}
