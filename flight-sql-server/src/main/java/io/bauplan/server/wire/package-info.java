/// What crosses the wire: result batches, their schemas, parameters, errors and run events.
@NullMarked
package io.bauplan.server.wire;

import org.jspecify.annotations.NullMarked;
