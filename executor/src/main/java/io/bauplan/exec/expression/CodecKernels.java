package io.bauplan.exec.expression;

import io.bauplan.exec.expression.StrictNode.Kernel;
import io.bauplan.exec.expression.StrictNode.Output;
import io.bauplan.exec.memory.Memory;
import io.bauplan.sql.plan.DataType;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Bytes as text and back, and digests: of a text they are hexadecimal text, of BINARY they are
/// BINARY.
final class CodecKernels {
  private CodecKernels() {}

  static @Nullable Kernel find(String function, List<DataType> types, DataType result) {
    if (types.isEmpty()) {
      return null;
    }
    if (types.getFirst() instanceof DataType.IntegerType
        && types.size() == 1
        && (function.equals("to_hex") || function.equals("hex"))) {
      return (in, row, out) ->
          out.set(row, Long.toHexString(in[0].longs[row]).toUpperCase(java.util.Locale.ROOT));
    }
    if (!(types.getFirst() instanceof DataType.VarcharType)
        && !(types.getFirst() instanceof DataType.BinaryType)) {
      return null;
    }
    return switch (function) {
      case "md5", "digest_md5" -> digest("MD5", result);
      case "sha1" -> digest("SHA-1", result);
      case "sha256" -> digest("SHA-256", result);
      case "sha512" -> digest("SHA-512", result);
      case "sha2" -> CodecKernels::sha2;
      case "crc32" ->
          (in, row, out) -> {
            CRC32 sum = new CRC32();
            sum.update(bytes(in[0], row));
            out.set(row, sum.getValue());
          };
      case "to_hex", "hex", "hex_encode" ->
          (in, row, out) ->
              out.set(row, HexFormat.of().withUpperCase().formatHex(bytes(in[0], row)));
      case "from_hex", "unhex", "hex_decode_binary" ->
          decoded("hexadecimal", text -> HexFormat.of().parseHex(text));
      case "to_base64", "base64", "base64_encode" ->
          (in, row, out) -> out.set(row, Base64.getEncoder().encodeToString(bytes(in[0], row)));
      case "from_base64", "base64_decode_binary", "unbase64" ->
          decoded("Base64", text -> Base64.getMimeDecoder().decode(text));
      case "to_utf8", "encode_utf8" ->
          (in, row, out) -> out.set(row, in[0].longs[row], in[0].lengths[row]);
      case "from_utf8" -> (in, row, out) -> out.set(row, utf8(bytes(in[0], row)));
      default -> null;
    };
  }

  private static byte[] bytes(Register register, int row) {
    return Bytes.array(register.longs[row], register.lengths[row]);
  }

  private static void set(Output out, int row, byte[] bytes) {
    long room = out.room(row, bytes.length);
    Memory.copy(bytes, 0, room, bytes.length);
  }

  private static Kernel digest(String algorithm, DataType result) {
    boolean binary = result instanceof DataType.BinaryType;
    MessageDigest digest = algorithm(algorithm);
    return (in, row, out) -> {
      byte[] made = digest.digest(bytes(in[0], row));
      if (binary) {
        set(out, row, made);
      } else {
        out.set(row, HexFormat.of().formatHex(made));
      }
    };
  }

  private static void sha2(Register[] in, int row, Output out) {
    long bits = in.length > 1 ? in[1].longs[row] : 256;
    if (bits != 224 && bits != 256 && bits != 384 && bits != 512) {
      throw Errors.invalidArgument("SHA2 has 224, 256, 384 or 512 bits, not " + bits);
    }
    out.set(row, HexFormat.of().formatHex(algorithm("SHA-" + bits).digest(bytes(in[0], row))));
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Kernel decoded(String what, Function<String, byte[]> decode) {
    return (in, row, out) -> {
      String text = TextKernels.text(in[0], row);
      try {
        set(out, row, decode.apply(text));
      } catch (IllegalArgumentException e) {
        throw Errors.invalidArgument("'" + Errors.shorten(text) + "' is not " + what);
      }
    };
  }

  /// What is no UTF-8 becomes U+FFFD.
  private static String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(java.nio.charset.CodingErrorAction.REPLACE)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
