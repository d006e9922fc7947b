@NullMarked
package io.bauplan.server.wire;

import org.jspecify.annotations.NullMarked;
