/// Flight SQL over gRPC, as far as a JDBC driver needs it: the protocol's few messages are written
/// and read by hand, so that no protobuf runtime is in the driver's jar.
@NullMarked
package io.bauplan.jdbc.wire;

import org.jspecify.annotations.NullMarked;
