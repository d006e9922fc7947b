/// The JDBC driver over the real engine.
@NullMarked
package io.bauplan.tests.jdbc;

import org.jspecify.annotations.NullMarked;
