@NullMarked
package io.bauplan.server.connection;

import org.jspecify.annotations.NullMarked;
