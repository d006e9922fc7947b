/// The JDBC driver of Bauplan: `jdbc:bauplan://host:port/namespace` reaches a server over Flight
/// SQL, `jdbc:bauplan:/path/to/warehouse` the engine of a local warehouse by the same protocol.
///
/// It stands on Avatica's JDBC skeleton; results are read from Arrow batches in plain heap arrays,
/// so the driver runs on Java 17 and later without any JVM flag.
@NullMarked
package io.bauplan.jdbc;

import org.jspecify.annotations.NullMarked;
