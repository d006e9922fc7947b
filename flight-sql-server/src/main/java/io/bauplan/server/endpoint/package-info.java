/// The Flight SQL endpoint: calls in, statements to the engine, record batches out.
@NullMarked
package io.bauplan.server.endpoint;

import org.jspecify.annotations.NullMarked;
