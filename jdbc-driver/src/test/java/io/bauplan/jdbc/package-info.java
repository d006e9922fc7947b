/// Tests of the JDBC driver against a stock Flight SQL server with DuckDB behind it.
@NullMarked
package io.bauplan.jdbc;

import org.jspecify.annotations.NullMarked;
